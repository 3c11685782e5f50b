package dev.lockstep.loader.trust;

import static dev.lockstep.loader.trust.PolicyText.ALICE;
import static dev.lockstep.loader.trust.PolicyText.BOB;
import static dev.lockstep.loader.trust.PolicyText.CAROL;
import static dev.lockstep.loader.trust.PolicyText.ROOT_DIGEST;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.loader.signing.KeyId;
import dev.lockstep.loader.signing.ModelSignatureException;
import dev.lockstep.loader.signing.ReleaseStatement;
import dev.lockstep.loader.signing.SignedRelease;
import dev.lockstep.loader.signing.Signer;
import dev.lockstep.loader.trust.TrustDecision.Step;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TrustEvaluatorTest {
    private static final Instant NOW = Instant.parse("2026-11-26T12:00:00Z");
    private static final String ALICE_PQ = "d".repeat(64);
    private static final String FILE_DIGEST = "2".repeat(64);

    @Test
    void oneOfTheNamedSignersIsEnoughUnlessThePolicySaysOtherwise() {
        allowed(new PolicyText(), signedBy(ALICE));
        allowed(new PolicyText(), signedBy(BOB, CAROL));
        refused(new PolicyText(), signedBy(CAROL), "signers.threshold");
    }

    @Test
    void aThresholdCountsDifferentSigners() {
        var two = new PolicyText().model(model -> model.put("threshold", 2));
        allowed(two, signedBy(ALICE, BOB));
        refused(two, signedBy(ALICE), "signers.threshold");
        refused(two, signedBy(ALICE, ALICE), "signers.threshold");
        refused(two, signedBy(ALICE, CAROL), "signers.threshold");
    }

    @Test
    void aRevokedKeyIsAsGoodAsNone() {
        var policy = new PolicyText().root(root -> root.putObject("revoked").putArray("keys").add(ALICE));
        refused(policy, signedBy(ALICE), "signers.threshold");
        allowed(policy, signedBy(ALICE, BOB));
        assertThat(decide(policy, signedBy(ALICE)).decisive().orElseThrow().detail()).contains("revoked: key " + ALICE);
    }

    @Test
    void aRevokedModelIsRefusedWhoeverSignedIt() {
        refused(new PolicyText().root(root -> root.putObject("revoked").putArray("digests").add(ROOT_DIGEST)), signedBy(ALICE), "revoked.digests");
        refused(new PolicyText().root(root -> root.putObject("revoked").putArray("digests").add(FILE_DIGEST)), signedBy(ALICE), "revoked.digests");
    }

    @Test
    void withAPostQuantumKeyRequiredBothHalvesAreNeeded() {
        var policy = new PolicyText()
                .signer(0, signer -> signer.putObject("postQuantum").put("keyId", ALICE_PQ))
                .signer(1, signer -> signer.putObject("postQuantum").put("keyId", "e".repeat(64)))
                .model(model -> model.put("postQuantum", "required"));
        allowed(policy, signedBy(ALICE, ALICE_PQ));
        refused(policy, signedBy(ALICE), "signers.threshold");
        refused(policy, signedBy(ALICE_PQ), "signers.threshold");
        refused(policy, signedBy(BOB, ALICE_PQ), "signers.threshold");
        refused(policy.root(root -> root.putObject("revoked").putArray("keys").add(ALICE_PQ)), signedBy(ALICE, ALICE_PQ), "signers.threshold");
    }

    @Test
    void aPinnedModelIsThatOneOnly() {
        allowed(new PolicyText().model(model -> model.putArray("digests").add(ROOT_DIGEST)), signedBy(ALICE));
        refused(new PolicyText().model(model -> model.putArray("digests").add("3".repeat(64))), signedBy(ALICE), "model.digests");
    }

    @Test
    void aModelThatNoRuleNamesIsRefused() {
        refused(new PolicyText().model(model -> model.put("name", "other")), signedBy(ALICE), "model.listed");
        allowed(new PolicyText().model(model -> model.put("name", "*")), signedBy(ALICE));
    }

    /** Otherwise a signer who is trusted under a weaker rule could choose that one. */
    @Test
    void aModelAnswersToEveryNameItGoesBy() {
        var policy = new PolicyText().root(root -> root.withArray("models").addObject().put("name", "*").putArray("signers")
                .addObject().put("type", "key").put("keyId", CAROL));
        refused(policy, named("toy", "llama", CAROL), "signers.threshold");
        refused(policy, named("llama", "toy", CAROL), "signers.threshold");
        allowed(policy, named("toy", "toy", CAROL));
        allowed(policy, named("toy", "llama", ALICE));
    }

    private static Evidence named(String subject, String asked, String signer) {
        return new Evidence(subject, asked, ROOT_DIGEST, Set.of(), List.of(new Signer.Key(new KeyId(signer))), Optional.empty(),
                OptionalLong.empty(), OptionalLong.empty(), List.of(), List.of(), NOW);
    }

    @Test
    void permissionEnds() {
        refused(new PolicyText().root(root -> root.put("notAfter", NOW.toString())), signedBy(ALICE), "policy.notAfter");
        allowed(new PolicyText().root(root -> root.put("notAfter", NOW.plusSeconds(1).toString())), signedBy(ALICE));
        refused(new PolicyText().model(model -> model.put("notAfter", NOW.toString())), signedBy(ALICE), "model.notAfter");
    }

    @Test
    void anOldPolicyIsRefused() {
        refused(new PolicyText(), evidence(List.of(ALICE), Optional.empty(), OptionalLong.empty(), OptionalLong.of(8)), "policy.version");
        allowed(new PolicyText(), evidence(List.of(ALICE), Optional.empty(), OptionalLong.empty(), OptionalLong.of(7)));
    }

    @Test
    void anOldReleaseIsRefused() {
        var policy = new PolicyText().model(model -> model.put("minVersion", 3));
        allowed(policy, released(release(3), OptionalLong.of(3), ALICE));
        refused(policy, released(release(2), OptionalLong.empty(), ALICE), "release.minVersion");
        refused(policy, released(release(3), OptionalLong.of(4), ALICE), "release.rollback");
        refused(policy, signedBy(ALICE), "release.present");
    }

    @Test
    void aReleaseStatementCannotBeLeftOutOnceThereWasOne() {
        refused(new PolicyText(), evidence(List.of(ALICE), Optional.empty(), OptionalLong.of(1), OptionalLong.empty()), "release.present");
    }

    @Test
    void aReleaseIsSignedByTheSignersOfTheModel() {
        refused(new PolicyText(), released(release(3), OptionalLong.empty(), CAROL), "release.signers");
        refused(new PolicyText().model(model -> model.put("threshold", 2)),
                evidence(List.of(ALICE, BOB), Optional.of(signedRelease(release(3), ALICE)), OptionalLong.empty(), OptionalLong.empty()),
                "release.signers");
    }

    @Test
    void aReleaseOfAnotherModelIsRefused() {
        refused(new PolicyText(), released(new ReleaseStatement("llama", "4".repeat(64), 3, Optional.empty(), Optional.empty()),
                OptionalLong.empty(), ALICE), "release.subject");
        refused(new PolicyText(), released(new ReleaseStatement("other", ROOT_DIGEST, 3, Optional.empty(), Optional.empty()),
                OptionalLong.empty(), ALICE), "release.subject");
    }

    @Test
    void aReleaseHasItsTime() {
        refused(new PolicyText(), released(release(Optional.of(NOW.plusSeconds(1)), Optional.empty()), OptionalLong.empty(), ALICE),
                "release.notBefore");
        refused(new PolicyText(), released(release(Optional.empty(), Optional.of(NOW)), OptionalLong.empty(), ALICE), "release.notAfter");
        allowed(new PolicyText(), released(release(Optional.of(NOW), Optional.of(NOW.plus(Duration.ofDays(1)))), OptionalLong.empty(), ALICE));
    }

    @Test
    void softMemoryIsRefusedIfThePolicySaysSo() {
        var soft = new Evidence("llama", "llama", ROOT_DIGEST, Set.of(), List.of(new Signer.Key(new KeyId(ALICE))), Optional.empty(),
                OptionalLong.empty(), OptionalLong.empty(), List.of(), List.of("hardened memory was not asked for"), NOW);
        allowed(new PolicyText(), soft);
        refused(new PolicyText().model(model -> model.put("memory", "hardened")), soft, "model.memory");
        allowed(new PolicyText().model(model -> model.put("memory", "hardened")), signedBy(ALICE));
    }

    @Test
    void filesThatOthersCanChangeAreRefusedIfThePolicySaysSo() {
        var exposed = new Evidence("llama", "llama", ROOT_DIGEST, Set.of(), List.of(new Signer.Key(new KeyId(ALICE))), Optional.empty(),
                OptionalLong.empty(), OptionalLong.empty(), List.of("everybody may write to it"), List.of(), NOW);
        allowed(new PolicyText(), exposed);
        refused(new PolicyText().model(model -> model.put("files", "protected")), exposed, "model.files");
        allowed(new PolicyText().model(model -> model.put("files", "protected")), signedBy(ALICE));
    }

    @Test
    void theRefusalNamesTheRuleThatDecided() {
        TrustDecision decision = decide(new PolicyText(), signedBy(CAROL));
        assertThatThrownBy(() -> decision.requireAllowed("model.gguf")).isInstanceOf(ModelSignatureException.class)
                .hasMessageContaining("model.gguf: refused by the trust policy, rule signers.threshold: 0 of 2 signers, 1 needed");
        assertThat(decision.steps()).extracting(Step::rule)
                .containsExactly("policy.version", "revoked.digests", "model.listed", "signers.threshold");
    }

    private static Evidence signedBy(String... keys) {
        return evidence(Arrays.asList(keys), Optional.empty(), OptionalLong.empty(), OptionalLong.empty());
    }

    private static Evidence released(ReleaseStatement release, OptionalLong lastSeen, String releaseSigner) {
        return evidence(List.of(ALICE), Optional.of(signedRelease(release, releaseSigner)), lastSeen, OptionalLong.empty());
    }

    private static SignedRelease signedRelease(ReleaseStatement release, String signer) {
        return new SignedRelease(release, List.of(new Signer.Key(new KeyId(signer))));
    }

    private static Evidence evidence(List<String> keys, Optional<SignedRelease> release, OptionalLong lastSeen, OptionalLong lastPolicy) {
        List<Signer> signers = keys.stream().<Signer>map(key -> new Signer.Key(new KeyId(key))).toList();
        return new Evidence("llama", "llama", ROOT_DIGEST, Set.of(FILE_DIGEST), signers, release, lastSeen, lastPolicy, List.of(), List.of(), NOW);
    }

    private static ReleaseStatement release(long version) {
        return new ReleaseStatement("llama", ROOT_DIGEST, version, Optional.empty(), Optional.empty());
    }

    private static ReleaseStatement release(Optional<Instant> notBefore, Optional<Instant> notAfter) {
        return new ReleaseStatement("llama", ROOT_DIGEST, 1, notBefore, notAfter);
    }

    private static TrustDecision decide(PolicyText policy, Evidence evidence) {
        return TrustEvaluator.decide(policy.parse(), evidence);
    }

    private static void allowed(PolicyText policy, Evidence evidence) {
        assertThat(decide(policy, evidence).steps()).allMatch(Step::passed);
    }

    private static void refused(PolicyText policy, Evidence evidence, String rule) {
        assertThat(decide(policy, evidence).steps()).filteredOn(step -> !step.passed()).extracting(Step::rule).containsExactly(rule);
    }
}
