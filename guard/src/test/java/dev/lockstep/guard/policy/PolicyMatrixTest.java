package dev.lockstep.guard.policy;

import static dev.lockstep.guard.policy.Facts.ALLOWED;
import static dev.lockstep.guard.policy.Facts.check;
import static dev.lockstep.guard.policy.Facts.service;
import static dev.lockstep.guard.policy.Facts.user;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.lockstep.guard.policy.RuleResult.Outcome;
import dev.lockstep.guard.posture.CheckStatus;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every rule of a policy, refusing and content. */
class PolicyMatrixTest {
    private static final String NOTHING = "";

    /** One change to what is allowed, in the policy or in the facts, and the rule that is the first to refuse it; none if it is still allowed. */
    private record Row(String rule, String what, UnaryOperator<PolicyText> policy, Facts facts) {
        Row(String rule, String what, Facts facts) {
            this(rule, what, UnaryOperator.identity(), facts);
        }

        Row(String rule, String what, UnaryOperator<PolicyText> policy) {
            this(rule, what, policy, ALLOWED);
        }

        List<RuleResult> trace() {
            return facts.trace(policy.apply(new PolicyText()).parse());
        }

        @Override
        public String toString() {
            return what + " -> " + rule;
        }
    }

    private static List<Row> rows() {
        return Stream.of(time(), principals(), dataClasses(), postures(), models(), limits(), keeping()).flatMap(List::stream).toList();
    }

    private static List<Row> time() {
        return List.of(
                new Row("policy.notAfter", "the policy has ended", policy -> policy.root(root -> root.put("notAfter", "2026-11-30T00:00:00Z"))),
                new Row("policy.notAfter", "the policy ends this moment", policy -> policy.root(root -> root.put("notAfter",
                        "2026-11-30T23:59:59.999999999Z"))),
                new Row(NOTHING, "the policy has no end", policy -> policy.root(root -> root.remove("notAfter"))),
                new Row("principal.expired", "anna's time ends this moment", ALLOWED.at("2026-12-01T00:00:00Z")));
    }

    private static List<Row> principals() {
        UnaryOperator<PolicyText> anybody = policy -> policy.array("/principals", all -> all.addObject().put("type", "user").put("name", "*")
                .putArray("dataClasses").add("public"));
        UnaryOperator<PolicyText> twoGroups = policy -> policy.array("/principals", all -> all.addObject().put("type", "group").put("name", "staff")
                .put("notAfter", "2026-01-01T00:00:00Z").putArray("dataClasses").add("confidential"))
                .array("/dataClasses/0/principals", ids -> ids.add("group:staff"));
        UnaryOperator<PolicyText> anybodyAndNamed = policy -> anybody.apply(policy).at("/dataClasses/1", object -> object.put("saveSessions", true)
                .put("logPrompts", true));
        UnaryOperator<PolicyText> onlyGroups = policy -> anybodyAndNamed.apply(policy).array("/principals", all -> all.remove(0))
                .array("/dataClasses/0/principals", ids -> ids.remove(0));
        Facts onPublic = ALLOWED.on("public").asking(2000, 1000, 50, Recent.NONE);
        return List.of(
                new Row(NOTHING, "a user whom the policy does not name, where any user is known", anybodyAndNamed, onPublic.by(user("eve", "staff"))),
                new Row("principal.known", "a user without a name, who may be one that the policy names", anybodyAndNamed, onPublic.by(user("uid:70001"))),
                new Row("principal.known", "one whose group speaks", anybodyAndNamed, onPublic.by(user("uid:70001", "legal"))),
                new Row(NOTHING, "a user without a name, whose number the policy names", policy -> anybodyAndNamed.apply(policy).at("/principals/3",
                        any -> any.put("name", "uid:70001")), onPublic.by(user("uid:70001"))),
                new Row(NOTHING, "a user without a name, where the policy names no users", onlyGroups, onPublic.by(user("uid:70001", "staff"))),
                new Row("principal.known", "a group without a name, which may be one that the policy names", onlyGroups, onPublic.by(user("eve", "gid:7"))),
                new Row(NOTHING, "a group without a name, beside one that speaks", onlyGroups, onPublic.by(user("eve", "gid:7", "legal"))),
                new Row("principal.known", "a stranger", ALLOWED.by(user("eve", "staff"))),
                new Row("principal.known", "an unknown service", ALLOWED.by(service("cron"))),
                new Row("principal.known", "a service with the name of a user", ALLOWED.by(service("anna"))),
                new Row("principal.known", "a user with the name of a service", ALLOWED.by(user("batch"))),
                new Row("principal.known", "a user with the name of a group", ALLOWED.by(user("legal"))),
                new Row("principal.known", "a name in other letters", ALLOWED.by(user("Anna"))),
                new Row("principal.known", "a service, where any user is known", anybody, ALLOWED.by(service("cron")).on("public")),
                new Row(NOTHING, "a member of a group", ALLOWED.by(user("eve", "staff", "legal"))),
                new Row("principal.scope", "anna asks to change what runs", ALLOWED.with(Scope.ADMIN)),
                new Row("principal.dataClass", "anna on data for others", ALLOWED.on("public")),
                new Row("principal.dataClass", "anna speaks for herself, her group does not", ALLOWED.by(user("anna", "legal")).on("public")),
                new Row("principal.dataClass", "a user whom the policy does not name, on more than anybody may", anybody, ALLOWED.by(user("eve"))),
                new Row("principal.dataClass", "a member of a group, which any user would be more than", anybody.andThen(policy ->
                        policy.at("/principals/1", group -> group.putArray("dataClasses").add("confidential")))::apply,
                        ALLOWED.by(user("eve", "legal")).on("public")),
                new Row(NOTHING, "a member of two groups, one of which has expired", twoGroups, ALLOWED.by(user("eve", "staff", "legal"))),
                new Row("principal.expired", "a member of a group that has expired", twoGroups, ALLOWED.by(user("eve", "staff"))),
                new Row("principal.dataClass", "two groups, one with the scope and one with the data class", policy -> policy
                        .array("/principals", all -> all.addObject().put("type", "group").put("name", "ops").putArray("scopes").add("admin"))
                        .at("/principals/3", ops -> ops.putArray("dataClasses").add("confidential"))
                        .at("/principals/1", legal -> legal.putArray("dataClasses").add("public")), ALLOWED.by(user("eve", "legal", "ops"))));
    }

    private static List<Row> dataClasses() {
        return List.of(
                new Row("dataClass.known", "data that the policy does not know", ALLOWED.on("secret")),
                new Row("dataClass.known", "no data class and no default", policy -> policy.root(root -> root.remove("defaultDataClass")), ALLOWED.on(null)),
                new Row("principal.dataClass", "no data class, and the default is not for anna", ALLOWED.on(null)),
                new Row("dataClass.principals", "a data class that is confined to others", policy -> policy.array("/dataClasses/0/principals",
                        ids -> ids.remove(0))),
                new Row(NOTHING, "a data class that is not confined", policy -> policy.at("/dataClasses/0", object -> object.remove("principals"))));
    }

    private static List<Row> postures() {
        UnaryOperator<PolicyText> lax = policy -> policy.at("/postures/0/checks/0", check -> check.put("fail", "warn").put("unknown", "ignore"));
        UnaryOperator<PolicyText> all = policy -> policy.at("/postures/0/others", others -> others.put("fail", "refuse").put("unknown", "refuse"));
        var swap = check("swap", CheckStatus.PASS);
        var kernel = check("kernel.version", CheckStatus.PASS);
        var failed = check("disk.encryption", CheckStatus.FAIL);
        var unknown = check("disk.encryption", CheckStatus.UNKNOWN);
        return List.of(
                new Row("posture.disk.encryption", "the disk is not encrypted", ALLOWED.seeing(failed, swap, kernel)),
                new Row("posture.disk.encryption", "nobody can tell whether the disk is encrypted", ALLOWED.seeing(unknown, swap, kernel)),
                new Row("posture.disk.encryption", "nobody looked whether the disk is encrypted", ALLOWED.seeing(swap, kernel)),
                new Row("posture.disk.encryption", "a check that says both", ALLOWED.seeing(check("disk.encryption", CheckStatus.PASS), failed, kernel)),
                new Row(NOTHING, "a check that may fail", lax, ALLOWED.seeing(failed, kernel)),
                new Row(NOTHING, "a check that need not know", lax, ALLOWED.seeing(unknown, kernel)),
                new Row(NOTHING, "a check that need not be made", lax, ALLOWED.seeing(kernel)),
                new Row(NOTHING, "another check that may fail", ALLOWED.seeing(check("disk.encryption", CheckStatus.PASS), check("swap", CheckStatus.FAIL), check("kernel.version", CheckStatus.PASS))),
                new Row("posture.swap", "all other checks must pass", all,
                        ALLOWED.seeing(check("disk.encryption", CheckStatus.PASS), check("swap", CheckStatus.FAIL), check("kernel.version", CheckStatus.PASS))),
                new Row("posture.swap", "all other checks must know", all,
                        ALLOWED.seeing(check("disk.encryption", CheckStatus.PASS), check("swap", CheckStatus.UNKNOWN), kernel)),
                new Row("posture.kernel.version", "nobody looked at the kernel, of which a minimum is needed",
                        ALLOWED.seeing(check("disk.encryption", CheckStatus.PASS), swap)),
                new Row("audit.required", "there is no record", ALLOWED.unaudited()),
                new Row(NOTHING, "there is no record and none is needed", policy -> policy.at("/audit", audit -> audit.put("required", false)),
                        ALLOWED.unaudited()));
    }

    private static List<Row> models() {
        Set<String> signers = Set.of(PolicyText.SIGNER);
        String digest = "2".repeat(64);
        UnaryOperator<PolicyText> publicly = policy -> policy.array("/principals/0/dataClasses", names -> names.removeAll().add("public"));
        UnaryOperator<PolicyText> onlyLlama = policy -> publicly.apply(policy).array("/dataClasses/1/models", models -> models.removeAll().add("llama"));
        UnaryOperator<PolicyText> onlyOthers = policy -> publicly.apply(policy).array("/dataClasses/1/models", models -> models.removeAll().add("*"));
        Facts on = ALLOWED.on("public").asking(2000, 1000, 50, Recent.NONE);
        Facts unsigned = on.with(new ModelFacts("qwen", digest, Set.of(), 0));
        UnaryOperator<PolicyText> keeping = policy -> policy.at("/dataClasses/1", object -> object.put("saveSessions", true).put("logPrompts", true));
        return List.of(
                new Row("model.listed", "a model that the policy does not name", policy -> policy.array("/models", models -> models.remove(1))
                        .array("/dataClasses/1/models", models -> models.remove(0)), ALLOWED.with(new ModelFacts("qwen", digest, signers, 3))),
                new Row("dataClass.models", "a model for other data", ALLOWED.with(new ModelFacts("qwen", digest, signers, 3))),
                new Row("dataClass.models", "a model that its signers call otherwise", onlyOthers, on.with(new ModelFacts("qwen", "llama", PolicyText.DIGEST,
                        signers, 3))),
                new Row("model.digest", "a name that Unicode writes in two ways", policy -> onlyOthers.apply(policy).at("/models/0", model ->
                        model.put("name", "\u00e9t\u00e9").putArray("digests").add("3".repeat(64)))
                        .array("/dataClasses/0/models", names -> names.removeAll().add("e\u0301te\u0301"))
                        .array("/dataClasses/1/models", names -> names.add("e\u0301te\u0301")),
                        on.with(new ModelFacts("e\u0301te\u0301", digest, signers, 3))),
                new Row("dataClass.models", "a copy under another name", onlyOthers, on.with(new ModelFacts("copy", PolicyText.DIGEST, signers, 3))),
                new Row("dataClass.models", "a model that any other is not", onlyLlama, unsigned),
                new Row("model.unsigned", "a model for which nobody vouches", ALLOWED.with(new ModelFacts("llama", PolicyText.DIGEST, Set.of(), 3))),
                new Row(NOTHING, "one where that does not matter", policy -> keeping.apply(publicly.apply(policy)), unsigned),
                new Row("model.digest", "other bytes", ALLOWED.with(new ModelFacts("llama", digest, signers, 3))),
                new Row("model.digest", "other bytes that its file calls otherwise", ALLOWED.with(new ModelFacts("qwen", "llama", digest, signers, 3))),
                new Row(NOTHING, "any bytes", policy -> policy.at("/models/0", model -> model.remove("digests")),
                        ALLOWED.with(new ModelFacts("llama", digest, signers, 3))),
                new Row("model.signer", "signed by somebody else", ALLOWED.with(new ModelFacts("llama", PolicyText.DIGEST, Set.of("b".repeat(64)), 3))),
                new Row("model.signer", "unsigned, where a signer is named", publicly,
                        on.with(new ModelFacts("llama", PolicyText.DIGEST, Set.of(), 3))),
                new Row(NOTHING, "signed by one more", ALLOWED.with(new ModelFacts("llama", PolicyText.DIGEST, Set.of(PolicyText.SIGNER, "x"), 3))),
                new Row("model.minVersion", "an old release", ALLOWED.with(new ModelFacts("llama", PolicyText.DIGEST, signers, 2))),
                new Row("model.minVersion", "no release", ALLOWED.with(new ModelFacts("llama", PolicyText.DIGEST, signers, 0))));
    }

    private static List<Row> limits() {
        Recent recent = ALLOWED.recent();
        return List.of(
                new Row("limit.context", "too long a session", ALLOWED.asking(2001, 1000, 50, recent)),
                new Row("limit.promptTokens", "too long a prompt", ALLOWED.asking(2000, 1001, 50, Recent.NONE)),
                new Row("limit.newTokens", "too long an answer for this data, but not for others", ALLOWED.asking(2000, 1000, 51, Recent.NONE)),
                new Row("limit.requestsPerMinute", "too many requests", ALLOWED.asking(2000, 1000, 50, new Recent(5, 0))),
                new Row("limit.tokensPerMinute", "too many tokens", ALLOWED.asking(2000, 1000, 50, new Recent(0, 1951))),
                new Row("limit.tokensPerMinute", "more tokens than there are numbers", ALLOWED.asking(2000, 1000, 50, new Recent(0, Long.MAX_VALUE))),
                new Row(NOTHING, "anything without limits", policy -> policy.root(root -> root.remove("limits"))
                        .at("/dataClasses/0", object -> object.remove("limits")), ALLOWED.asking(1 << 30, 1 << 30, 1 << 30, new Recent(1 << 30, 1 << 30))));
    }

    private static List<Row> keeping() {
        return List.of(
                new Row("keep.sessions", "sessions are not to be saved", policy -> policy.at("/dataClasses/0", object -> object.remove("saveSessions"))),
                new Row("keep.prompts", "prompts are not to be logged", policy -> policy.at("/dataClasses/0", object -> object.put("logPrompts", false))));
    }

    @ParameterizedTest
    @MethodSource("rows")
    void theFirstRuleThatRefusesIsTheOneThatWasMeant(Row row) {
        assertThat(new Decision(row.trace()).refusal().map(RuleResult::rule).orElse(NOTHING)).isEqualTo(row.rule());
    }

    @Test
    void everyRuleIsContentWithWhatIsAllowed() {
        List<RuleResult> trace = ALLOWED.trace(new PolicyText().parse());

        assertThat(trace).allMatch(result -> result.outcome() == Outcome.PASS);
        assertThat(trace).extracting(RuleResult::rule).contains(everyRule()).contains("posture.disk.encryption", "posture.swap");
    }

    @Test
    void everyRuleRefusesSomething() {
        assertThat(rows()).extracting(Row::rule).contains(everyRule());
    }

    @Test
    void noRuleHasAnotherNameThanThose() {
        Set<String> known = Arrays.stream(Rule.values()).map(Rule::id).collect(Collectors.toSet());
        assertThat(rows()).flatExtracting(Row::trace).extracting(RuleResult::rule)
                .allMatch(rule -> known.contains(rule) || rule.startsWith("posture."));
    }

    private static String[] everyRule() {
        return Arrays.stream(Rule.values()).map(Rule::id).toArray(String[]::new);
    }

    @Test
    void whatFailsWithoutHarmIsSaidAllTheSame() {
        List<RuleResult> trace = ALLOWED.seeing(check("disk.encryption", CheckStatus.PASS), check("swap", CheckStatus.FAIL), check("kernel.version", CheckStatus.PASS))
                .trace(new PolicyText().parse());

        assertThat(trace).contains(new RuleResult("posture.swap", Outcome.WARN, "fail, seen in a test; mend it"));
    }

    @Test
    void aRefusalDoesNotStopTheOtherRulesOfItsStage() {
        List<RuleResult> trace = ALLOWED.with(new ModelFacts("llama", "2".repeat(64), Set.of("x"), 1)).trace(new PolicyText().parse());

        assertThat(trace).filteredOn(result -> result.outcome() == Outcome.REFUSE).extracting(RuleResult::rule)
                .containsExactly("model.digest", "model.signer", "model.minVersion");
    }

    @Test
    void aServiceMayDoWhatItsScopesSay() {
        GuardPolicy policy = new PolicyText().parse();
        var decider = new PolicyDecider(policy);

        assertThat(decider.beforeServing(ALLOWED.by(service("batch")).with(Scope.METRICS).request(), ALLOWED.now()).isAllowed()).isTrue();
        assertThat(decider.beforeServing(ALLOWED.by(service("batch")).with(Scope.ADMIN).request(), ALLOWED.now()).refusal())
                .map(RuleResult::rule).contains("principal.scope");
    }

    @Test
    void amountsAreNotNegative() {
        var decider = new PolicyDecider(new PolicyText().parse());

        assertThatIllegalArgumentException()
                .isThrownBy(() -> decider.beforeGenerating(ALLOWED.request(), -1, 0, Recent.NONE, ALLOWED.now())).withMessageContaining("promptTokens=-1");
    }
}
