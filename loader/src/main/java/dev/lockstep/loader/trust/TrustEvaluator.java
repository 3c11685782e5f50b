package dev.lockstep.loader.trust;

import dev.lockstep.loader.signing.KeyId;
import dev.lockstep.loader.signing.SignedRelease;
import dev.lockstep.loader.signing.Signer;
import dev.lockstep.loader.trust.TrustDecision.Step;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/** Asks every rule of a policy in turn. A pure function: the same policy and evidence give the same decision. */
public final class TrustEvaluator {
    private final TrustDocument policy;
    private final Evidence evidence;
    private final List<Step> steps = new ArrayList<>();

    private TrustEvaluator(TrustDocument policy, Evidence evidence) {
        this.policy = policy;
        this.evidence = evidence;
    }

    /** What a policy says of a model. */
    public static TrustDecision decide(TrustDocument policy, Evidence evidence) {
        return new TrustEvaluator(policy, evidence).decide();
    }

    private TrustDecision decide() {
        askPolicy();
        askRevocations();
        List<ModelRule> rules = policy.rulesFor(evidence.names());
        String called = '"' + evidence.model() + "\", asked for as \"" + evidence.asked() + '"';
        add("model.listed", !rules.isEmpty(), rules.isEmpty()
                ? "no rule names the model " + called
                : "for " + called + ": the rule of " + rules.stream().map(rule -> '"' + rule.model() + '"').collect(Collectors.joining(", ")));
        rules.forEach(this::askRule);
        return new TrustDecision(steps);
    }

    private void add(String rule, boolean passed, String detail) {
        steps.add(new Step(rule, passed, detail));
    }

    private void addUnless(String rule, List<String> problems, String detail) {
        add(rule, problems.isEmpty(), problems.isEmpty() ? detail : String.join("; ", problems));
    }

    private void askPolicy() {
        OptionalLong seen = evidence.lastSeenPolicy();
        add("policy.version", seen.isEmpty() || policy.version() >= seen.getAsLong(), "\"" + policy.name() + "\" has version "
                + policy.version() + seen(seen));
        policy.notAfter().ifPresent(end -> add("policy.notAfter", evidence.now().isBefore(end), "the policy ends at " + end));
    }

    private static String seen(OptionalLong version) {
        return version.isPresent() ? "; this device has seen version " + version.getAsLong() : "; this device has seen none";
    }

    private void askRevocations() {
        Set<String> revoked = policy.revoked().digests();
        boolean clean = !revoked.contains(evidence.rootDigest()) && evidence.fileDigests().stream().noneMatch(revoked::contains);
        add("revoked.digests", clean, clean ? "the model is not revoked" : "the model, or a file of it, is revoked");
    }

    private void askRule(ModelRule rule) {
        askSigners("signers.threshold", rule, evidence.signers());
        if (!rule.digests().isEmpty()) {
            add("model.digests", rule.digests().contains(evidence.rootDigest()), "the model has the digest " + evidence.rootDigest());
        }
        rule.notAfter().ifPresent(end -> add("model.notAfter", evidence.now().isBefore(end), "permission for this model ends at " + end));
        if (rule.protectedFilesRequired()) {
            addUnless("model.files", evidence.exposure(), "nobody else can change the model's files");
        }
        if (rule.hardenedMemoryRequired()) {
            addUnless("model.memory", evidence.memoryProblems(), "memory is hardened");
        }
        boolean needed = rule.minVersion().isPresent() || evidence.lastSeenVersion().isPresent();
        if (needed || evidence.release().isPresent()) {
            add("release.present", evidence.release().isPresent(), evidence.release().isPresent()
                    ? "there is a release statement"
                    : "there is no release statement, which would say what version this is" + seen(evidence.lastSeenVersion()));
        }
        evidence.release().ifPresent(release -> askRelease(rule, release));
    }

    private void askRelease(ModelRule rule, SignedRelease release) {
        askSigners("release.signers", rule, release.signers());
        var statement = release.statement();
        boolean same = statement.model().equals(evidence.model()) && statement.rootDigest().equals(evidence.rootDigest());
        add("release.subject", same, same ? "it is about this model" : "it is about another model, or other bytes of this one");
        long version = statement.version();
        rule.minVersion().ifPresent(min -> add("release.minVersion", version >= min, "version " + version + "; at least " + min
                + " is needed"));
        OptionalLong seen = evidence.lastSeenVersion();
        add("release.rollback", seen.isEmpty() || version >= seen.getAsLong(), "version " + version + seen(seen));
        statement.notBefore().ifPresent(start -> add("release.notBefore", !evidence.now().isBefore(start), "it begins at " + start));
        statement.notAfter().ifPresent(end -> add("release.notAfter", evidence.now().isBefore(end), "it ends at " + end));
    }

    private void askSigners(String name, ModelRule rule, List<Signer> signers) {
        List<Signer> revoked = signers.stream().filter(policy.revoked()::covers).toList();
        List<Signer> counted = signers.stream().filter(signer -> !revoked.contains(signer)).toList();
        Set<KeyId> keys = counted.stream().map(Signer::key).collect(Collectors.toSet());
        var used = new HashSet<KeyId>();
        var found = new ArrayList<String>();
        for (PolicySigner wanted : rule.signers()) {
            boolean whole = !rule.postQuantumRequired() || wanted.postQuantum().map(half -> keys.contains(half.id())).orElse(false);
            counted.stream().filter(signer -> whole && wanted.matches(signer) && used.add(signer.key())).findFirst()
                    .ifPresent(signer -> found.add(signer.description()));
        }
        var detail = new StringBuilder(found.size() + " of " + rule.signers().size() + " signers, " + rule.threshold() + " needed");
        if (rule.postQuantumRequired()) {
            detail.append(", each with a post-quantum signature as well");
        }
        if (!found.isEmpty()) {
            detail.append(": ").append(String.join("; ", found));
        }
        if (!revoked.isEmpty()) {
            detail.append("; revoked: ").append(revoked.stream().map(Signer::description).collect(Collectors.joining("; ")));
        }
        add(name, found.size() >= rule.threshold(), detail.toString());
    }
}
