package dev.lockstep.guard.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.loader.signing.TrustFileException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

class GuardPolicyTest {
    @Test
    void everyMemberIsRead() {
        GuardPolicy policy = new PolicyText().parse();

        assertThat(policy.description()).isEqualTo("\"office\", version 7");
        assertThat(policy.notAfter()).contains(Instant.parse("2027-01-01T00:00:00Z"));
        assertThat(policy.models()).containsExactly(
                new ModelEntry("llama", Set.of(PolicyText.DIGEST), Set.of(PolicyText.SIGNER), OptionalLong.of(3)),
                new ModelEntry("*", Set.of(), Set.of(), OptionalLong.empty()));
        assertThat(policy.principals()).extracting(PrincipalEntry::id).containsExactly("user:anna", "group:legal", "service:batch");
        assertThat(policy.principals().getFirst()).isEqualTo(new PrincipalEntry(PrincipalEntry.Kind.USER, "anna", Optional.empty(),
                Optional.of(Instant.parse("2026-12-01T00:00:00Z")), Set.of(Scope.INFER), Set.of("confidential")));
        assertThat(policy.principals().getLast()).isEqualTo(new PrincipalEntry(PrincipalEntry.Kind.SERVICE, "batch",
                Optional.of(PolicyText.TOKEN_SHA256), Optional.empty(), Set.of(Scope.INFER, Scope.METRICS), Set.of("public")));
        var strict = new PostureRule("strict", Map.of("disk.encryption", new Reactions(Reaction.REFUSE, Reaction.REFUSE),
                "kernel.version", new Reactions(Reaction.REFUSE, Reaction.REFUSE)),
                new Reactions(Reaction.WARN, Reaction.IGNORE), Optional.of("6.8"), Duration.ofMinutes(1));
        assertThat(policy.postures()).containsExactly(strict);
        assertThat(policy.dataClasses().getFirst()).isEqualTo(new DataClass("confidential", Set.of("llama"),
                Optional.of(Set.of("user:anna", "group:legal")), strict, true, true, false, new Limits(OptionalLong.empty(), OptionalLong.of(50),
                        OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty())));
        assertThat(policy.defaultDataClass()).contains("public");
        assertThat(policy.limits()).isEqualTo(new Limits(OptionalLong.of(1000), OptionalLong.of(100), OptionalLong.of(2000), OptionalLong.of(5),
                OptionalLong.of(3000)));
        assertThat(policy.audit()).isEqualTo(new AuditRule(true, AuditRule.OnError.CONTINUE, Optional.of(Path.of("/var/log/lockstep"))));
        assertThat(policy.sha256()).hasSize(64);
    }

    @Test
    void whatIsLeftOutForbids() {
        GuardPolicy policy = new PolicyText().root(root -> root.remove("audit")).at("/principals/1", group -> group.remove("dataClasses"))
                .at("/postures/0", posture -> posture.remove("others")).at("/postures/0/checks/0", check -> check.remove("fail"))
                .at("/postures/0/checks/0", check -> check.remove("unknown")).parse();

        assertThat(policy.dataClasses().getLast()).returns(false, DataClass::saveSessions).returns(false, DataClass::logPrompts);
        assertThat(policy.principals().get(1)).returns(Set.of(), PrincipalEntry::dataClasses).returns(Set.of(Scope.INFER), PrincipalEntry::scopes);
        assertThat(policy.postures().getFirst().reactions("disk.encryption")).isEqualTo(new Reactions(Reaction.REFUSE, Reaction.REFUSE));
        assertThat(policy.postures().getFirst().reactions("swap")).isEqualTo(new Reactions(Reaction.WARN, Reaction.WARN));
        assertThat(policy.audit()).isEqualTo(AuditRule.NONE);
    }

    @Test
    void unsignedModelsAreForbiddenUnlessTheDataClassSaysOtherwise() {
        GuardPolicy policy = new PolicyText().at("/dataClasses/1", dataClass -> dataClass.remove("unsignedModels")).parse();

        assertThat(policy.dataClasses()).noneMatch(DataClass::unsignedModels);
    }

    @Test
    void limitsAreTheSmallerOfPolicyAndDataClass() {
        GuardPolicy policy = new PolicyText().at("/dataClasses/0/limits", limits -> limits.put("maxContext", 9999)).parse();

        assertThat(policy.limits(policy.dataClasses().getFirst())).returns(OptionalLong.of(50), Limits::maxNewTokens)
                .returns(OptionalLong.of(2000), Limits::maxContext);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/models/0", "/principals/0", "/postures/0", "/postures/0/checks/0", "/postures/0/others", "/dataClasses/0",
        "/dataClasses/0/limits", "/limits", "/audit"})
    void anUnknownMemberIsRefusedEverywhere(String place) {
        assertRefused(policy -> policy.at(place, object -> object.put("sureties", 1)), "unknown member \"sureties\"");
    }

    @Test
    void aNameThatLeadsNowhereIsRefused() {
        assertRefused(policy -> policy.array("/dataClasses/0/models", models -> models.add("lama")),
                "unknown model \"lama\" in the data class \"confidential\"");
        assertRefused(policy -> policy.array("/dataClasses/0/principals", ids -> ids.add("user:bob")),
                "unknown principal \"user:bob\" in the data class \"confidential\"");
        assertRefused(policy -> policy.at("/dataClasses/0", object -> object.put("posture", "lax")), "asks for the posture \"lax\"");
        assertRefused(policy -> policy.array("/principals/0/dataClasses", names -> names.add("secret")),
                "unknown data class \"secret\" in the principal \"user:anna\"");
        assertRefused(policy -> policy.root(root -> root.put("defaultDataClass", "secret")), "unknown data class \"secret\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"models", "principals", "postures", "dataClasses"})
    void whatIsNamedTwiceIsRefused(String member) {
        assertRefused(policy -> policy.array("/" + member, array -> array.add(array.get(0).deepCopy())), "has two \"" + member + "\" called");
        assertRefused(policy -> policy.array("/" + member, array -> array.removeAll()), "has no " + member);
    }

    @Test
    void servicesHaveATokenOfTheirOwnAndNobodyElseHasOne() {
        assertRefused(policy -> policy.at("/principals/2", service -> service.remove("tokenSha256")), "service without \"tokenSha256\"");
        assertRefused(policy -> policy.at("/principals/0", user -> user.put("tokenSha256", PolicyText.TOKEN_SHA256)), "only services");
        assertRefused(policy -> policy.array("/principals", all -> ((ObjectNode) all.add(all.get(2).deepCopy()).get(3)).put("name", "other")),
                "two services with one token");
    }

    @Test
    void aCheckThatThereIsNotIsRefused() {
        assertRefused(policy -> policy.at("/postures/0/checks/0", check -> check.put("check", "disk.encrpytion")),
                "names a check that there is not: \"disk.encrpytion\"; there are disk.encryption, ");
    }

    @Test
    void aMinimumKernelIsDemandedUnlessThePolicySaysWhatItsCheckCountsFor() {
        var warn = new Reactions(Reaction.WARN, Reaction.WARN);
        GuardPolicy policy = new PolicyText().array("/postures/0/checks", checks -> checks.addObject().put("check", "kernel.version").put("fail", "warn")
                .put("unknown", "warn")).parse();
        assertThat(policy.postures().getFirst().reactions("kernel.version")).isEqualTo(warn);

        GuardPolicy without = new PolicyText().at("/postures/0", posture -> posture.remove("minKernel")).parse();
        assertThat(without.postures().getFirst().checks()).doesNotContainKey("kernel.version");
    }

    @Test
    void onlyUsersCanBeAnybody() {
        assertRefused(policy -> policy.at("/principals/1", group -> group.put("name", "*")), "speaks for any group");
        assertRefused(policy -> policy.at("/principals/2", service -> service.put("name", "*")), "speaks for any service");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " anna", "anna ", "an\u0000na", "an\u202ena", "an\nna", "an\ud800na", "\u00ad"})
    void namesThatCannotBeSeenAreRefused(String name) {
        assertThatThrownBy(() -> new PolicyText().at("/principals/0", user -> user.put("name", name)).parse()).isInstanceOf(TrustFileException.class);
    }

    @Test
    void namesOfFilesFitAndLongerOnesAreRefused() {
        assertThat(new PolicyText().at("/principals/1", group -> group.put("name", "g".repeat(255)))
                .at("/dataClasses/0", object -> object.remove("principals")).parse()).isNotNull();
        assertRefused(policy -> policy.at("/principals/1", group -> group.put("name", "g".repeat(256))), "up to 255");
    }

    @Test
    void listsHoldEachNameOnceAndAtLeastOne() {
        assertRefused(policy -> policy.array("/dataClasses/0/models", models -> models.add("llama")), "each name once");
        assertRefused(policy -> policy.array("/dataClasses/0/models", models -> models.removeAll()), "at least one");
        assertRefused(policy -> policy.array("/dataClasses/0/principals", ids -> ids.removeAll()), "at least one");
        assertRefused(policy -> policy.array("/models/0/digests", digests -> digests.removeAll()), "at least one");
        assertRefused(policy -> policy.at("/dataClasses/0", object -> object.remove("models")), "\"models\" is missing");
        assertRefused(policy -> policy.at("/dataClasses/0", object -> object.remove("posture")), "\"posture\" is missing");
    }

    @Test
    void valuesOfTheWrongKindAreRefused() {
        assertRefused(policy -> policy.root(root -> root.put("format", "lockstep-guard-policy/v2")), "is accepted");
        assertRefused(policy -> policy.root(root -> root.put("version", 0)), "whole number");
        assertRefused(policy -> policy.root(root -> root.put("version", "7")), "whole number");
        assertRefused(policy -> policy.root(root -> root.put("notAfter", "tomorrow")), "is no time");
        assertRefused(policy -> policy.root(root -> root.putNull("notAfter")), "missing or empty");
        assertRefused(policy -> policy.root(root -> root.put("models", "llama")), "must be an array");
        assertRefused(policy -> policy.array("/models", models -> models.add("llama")), "must be a JSON object");
        assertRefused(policy -> policy.array("/models/0/digests", digests -> digests.add("A".repeat(64))), "hex digits");
        assertRefused(policy -> policy.at("/principals/0", user -> user.put("type", "robot")), "user or group or service");
        assertRefused(policy -> policy.array("/principals/0/scopes", scopes -> scopes.add("root")), "infer or admin or metrics");
        assertRefused(policy -> policy.at("/postures/0/others", others -> others.put("fail", "off")), "refuse or warn or ignore");
        assertRefused(policy -> policy.at("/postures/0", posture -> posture.put("minKernel", "six")), "release like 6.8");
        assertRefused(policy -> policy.at("/postures/0", posture -> posture.put("minKernel", "6.8.0.0.1")), "release like 6.8");
        assertRefused(policy -> policy.at("/postures/0", posture -> posture.put("recheckSeconds", 86_401)), "at most 86400");
        assertRefused(policy -> policy.at("/dataClasses/0", object -> object.put("saveSessions", "true")), "true or false");
        assertRefused(policy -> policy.at("/limits", limits -> limits.put("maxContext", -1)), "whole number");
        assertRefused(policy -> policy.at("/limits", limits -> limits.put("maxContext", 1.5)), "whole number");
        assertRefused(policy -> policy.at("/audit", audit -> audit.remove("required")), "\"required\" is missing");
        assertRefused(policy -> policy.at("/audit", audit -> audit.put("onError", "ignore")), "refuse or continue");
        assertRefused(policy -> policy.at("/audit", audit -> audit.put("folder", "log")), "absolute path");
    }

    @Test
    void hostileTextsAreRefused() {
        assertTextRefused("[".repeat(100_000));
        assertTextRefused("{\"format\":\"lockstep-guard-policy/v1\",\"format\":\"lockstep-guard-policy/v1\"}");
        assertTextRefused(new String(new PolicyText().bytes(), StandardCharsets.UTF_8) + "{}");
        assertTextRefused("");
        assertTextRefused("\"policy\"");
        assertThatThrownBy(() -> GuardPolicy.parse(new byte[] {(byte) 0xff, (byte) 0xfe}, "guard.json")).isInstanceOf(TrustFileException.class);
        assertThatThrownBy(() -> GuardPolicy.parse(new byte[20 << 20], "guard.json")).isInstanceOf(TrustFileException.class);
    }

    @Test
    void moreEntriesThanAnybodyAdministersAreRefused() {
        assertRefused(policy -> policy.array("/models", models -> {
            for (int i = 0; i < 10_000; i++) {
                models.addObject().put("name", "m" + i);
            }
        }), "at most 10000");
    }

    private static void assertTextRefused(String text) {
        assertThatThrownBy(() -> GuardPolicy.parse(text.getBytes(StandardCharsets.UTF_8), "guard.json")).isInstanceOf(TrustFileException.class)
                .hasMessageStartingWith("guard.json");
    }

    private static void assertRefused(Consumer<PolicyText> change, String problem) {
        var policy = new PolicyText();
        change.accept(policy);
        assertThatThrownBy(policy::parse).isInstanceOf(TrustFileException.class).hasMessageContaining(problem);
    }
}
