package dev.lockstep.guard.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class PolicyReviewTest {
    private static List<String> findings(PolicyText policy) {
        return PolicyReview.of(policy.parse(), Instant.parse("2026-11-27T12:00:00Z"));
    }

    private static void addAnybody(PolicyText policy, String dataClass) {
        policy.array("/principals", all -> all.addObject().put("type", "user").put("name", "*").putArray("dataClasses").add(dataClass));
    }

    @Test
    void aRecordWhosePlaceTheUserChoosesIsOdd() {
        String finding = "a record is required, but its user chooses where; \"folder\" says it";
        assertThat(findings(new PolicyText())).doesNotContain(finding);
        assertThat(findings(new PolicyText().at("/audit", audit -> audit.remove("folder")))).contains(finding);
        assertThat(findings(new PolicyText().at("/audit", audit -> audit.put("required", false).remove("folder")))).doesNotContain(finding);
    }

    @Test
    void anybodyWhoMayDoMoreThanSomebodyIsOdd() {
        var more = new PolicyText();
        addAnybody(more, "public");
        assertThat(findings(more)).contains("user:* may do what user:anna may not, and whom the system calls otherwise is user:*")
                .noneMatch(finding -> finding.contains("group:legal may not"));
        var less = new PolicyText();
        addAnybody(less, "confidential");
        assertThat(findings(less)).noneMatch(finding -> finding.contains("user:* may do"));
    }

    @Test
    void anyModelBesideOneThatIsKnownByItsNameIsOdd() {
        String finding = "model \"llama\" has no digests, and a copy of it that somebody else calls otherwise is \"*\"";
        var byName = new PolicyText().at("/models/0", model -> model.remove("digests"));
        assertThat(findings(new PolicyText())).doesNotContain(finding);
        assertThat(findings(byName)).contains(finding);
        byName.at("/models/1", any -> any.putArray("signers").add(PolicyText.SIGNER));
        assertThat(findings(byName)).doesNotContain(finding);
    }

    @Test
    void limitsByTheMinuteAreSaidToBindServersOnly() {
        assertThat(findings(new PolicyText())).anyMatch(finding -> finding.startsWith("limits by the minute"));
        assertThat(findings(new PolicyText().root(root -> root.remove("limits")))).noneMatch(finding -> finding.startsWith("limits by the minute"));
    }
}
