package dev.lockstep.guard.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.guard.policy.RuleResult.Outcome;
import dev.lockstep.guard.posture.CheckResult;
import dev.lockstep.guard.posture.CheckStatus;
import dev.lockstep.guard.posture.Posture;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What applies where nobody has written a policy. */
class BuiltInPolicyTest {
    private static final Instant NOW = Instant.parse("2026-11-27T12:00:00Z");
    private static final Request REQUEST = Request.toInfer(Facts.user("anybody"), Optional.empty());

    private final PolicyDecider decider = new PolicyDecider(GuardPolicy.BUILT_IN);

    private Decision opening(Request request, CheckResult... checks) {
        return decider.beforeOpening(request, new Posture(NOW, List.of(checks)), false, NOW);
    }

    private static Optional<String> rule(Decision decision) {
        return decision.refusal().map(RuleResult::rule);
    }

    @Test
    void theUserOfTheMachineMayUseAnyModelThatCouldBeOpened() {
        assertThat(opening(REQUEST).isAllowed()).isTrue();
        assertThat(decider.beforeUse(REQUEST, Facts.LLAMA, NOW).isAllowed()).isTrue();
        assertThat(decider.beforeUse(REQUEST, new ModelFacts("any", "0".repeat(64), Set.of(), 0), NOW).isAllowed()).isTrue();
        assertThat(decider.beforeSession(REQUEST, 1 << 20, NOW).isAllowed()).isTrue();
        assertThat(decider.beforeGenerating(REQUEST, 1 << 20, 1 << 20, Recent.NONE, NOW).isAllowed()).isTrue();
    }

    @Test
    void dataOfAClassIsRefusedAndServicesAreToo() {
        assertThat(rule(opening(Request.toInfer(Facts.user("anybody"), Optional.of("confidential"))))).contains("dataClass.known");
        assertThat(rule(opening(Request.toInfer(Facts.service("anybody"), Optional.empty())))).contains("principal.known");
    }

    @ParameterizedTest
    @CsvSource({"debugger, FAIL, REFUSE", "jvm.agents, FAIL, REFUSE", "debugger, UNKNOWN, WARN", "disk.encryption, FAIL, WARN", "swap, UNKNOWN, PASS"})
    void whatReadsTheProcessIsARefusalAndAllElseIsReported(String check, CheckStatus status, Outcome outcome) {
        Decision decision = opening(REQUEST, Facts.check(check, status));

        assertThat(decision.trace()).filteredOn(result -> result.rule().equals(Rule.posture(check))).extracting(RuleResult::outcome).containsExactly(outcome);
        assertThat(decision.isAllowed()).isEqualTo(outcome != Outcome.REFUSE);
    }

    @Test
    void sessionsMayBeSavedAndPromptsMayNotBeLogged() {
        assertThat(decider.mayKeep(REQUEST, Keeping.SESSIONS, NOW).isAllowed()).isTrue();
        assertThat(rule(decider.mayKeep(REQUEST, Keeping.PROMPTS, NOW))).contains("keep.prompts");
    }

    @Test
    void thereNeedBeNoRecord() {
        assertThat(GuardPolicy.BUILT_IN.audit()).isEqualTo(AuditRule.NONE);
    }
}
