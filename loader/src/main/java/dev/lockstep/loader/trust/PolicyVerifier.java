package dev.lockstep.loader.trust;

import dev.lockstep.loader.internal.files.FileExposure;
import dev.lockstep.loader.signing.KeyId;
import dev.lockstep.loader.signing.ModelSignatureException.Reason;
import dev.lockstep.loader.signing.ModelSignatureException;
import dev.lockstep.loader.signing.SignedManifest;
import dev.lockstep.loader.signing.SignedRelease;
import dev.lockstep.loader.signing.SigningAlgorithm;
import dev.lockstep.loader.signing.TrustFileException;
import dev.lockstep.loader.signing.TrustedCertificates;
import dev.lockstep.loader.signing.TrustedIdentities;
import dev.lockstep.loader.signing.TrustedIdentity;
import dev.lockstep.loader.signing.TrustedKeys;
import dev.lockstep.loader.signing.TrustedRoot;
import dev.lockstep.loader.signing.TrustedSigners;
import dev.lockstep.loader.trust.PolicySigner.PolicyKey;
import dev.lockstep.loader.trust.SeenVersions.Kind;
import dev.lockstep.securemem.Hardening;
import dev.lockstep.securemem.Measure;
import java.io.IOException;
import java.nio.file.Path;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;

/**
 * A trust policy at work: collects the evidence on a model, asks the policy, and remembers what was accepted. Thread-safe, as far as
 * what it remembers with is.
 */
public final class PolicyVerifier {
    private final TrustDocument policy;
    private final TrustedSigners signers;
    private final SeenVersions seen;
    private final InstantSource clock;

    private PolicyVerifier(TrustDocument policy, TrustedSigners signers, SeenVersions seen, InstantSource clock) {
        this.policy = policy;
        this.signers = signers;
        this.seen = seen;
        this.clock = clock;
    }

    /**
     * A policy, with what it does not hold itself.
     *
     * @param keys public keys of which the policy may hold the fingerprints only; others are not trusted because they are here
     * @param root for sigstore identities, unless the policy has its own
     * @param seen what this device remembers
     * @param clock for everything in the policy that ends
     */
    public static PolicyVerifier of(TrustDocument policy, List<PublicKey> keys, TrustedRoot root, SeenVersions seen, InstantSource clock) {
        return new PolicyVerifier(policy, trusted(policy, keys, policy.sigstoreRoot().orElse(root), clock), seen, clock);
    }

    private static TrustedSigners trusted(TrustDocument policy, List<PublicKey> others, TrustedRoot root, InstantSource clock) {
        var keys = new ArrayList<PublicKey>();
        var anchors = new ArrayList<X509Certificate>();
        var identities = new ArrayList<TrustedIdentity>();
        for (PolicySigner signer : policy.signers()) {
            switch (signer) {
                case PolicySigner.Key key -> resolve(key.key(), others)
                        .map(found -> requireKind(policy, found, false, key.postQuantum().isPresent())).ifPresent(keys::add);
                case PolicySigner.Certificate certificate -> anchors.add(certificate.anchor());
                case PolicySigner.Sigstore sigstore -> identities.add(sigstore.identity());
            }
            signer.postQuantum().flatMap(half -> resolve(half, others)).map(found -> requireKind(policy, found, true, true)).ifPresent(keys::add);
        }
        return new TrustedSigners(new TrustedKeys(keys), new TrustedCertificates(anchors, clock), new TrustedIdentities(identities, root));
    }

    private static Optional<PublicKey> resolve(PolicyKey wanted, List<PublicKey> others) {
        return wanted.key().or(() -> others.stream().filter(key -> KeyId.of(key).equals(wanted.id())).findFirst());
    }

    /** A half of a hybrid signer is of its own kind, also where the policy knew only its fingerprint. */
    private static PublicKey requireKind(TrustDocument policy, PublicKey key, boolean postQuantum, boolean hybrid) {
        if (hybrid && SigningAlgorithm.isPostQuantum(key) != postQuantum) {
            throw new TrustFileException(policy.name(), "has a signer whose " + (postQuantum ? "post-quantum" : "classical") + " key is of the other kind: "
                    + KeyId.of(key));
        }
        return key;
    }

    /** Everybody whose signature the policy may count, for any model. */
    public TrustedSigners signers() {
        return signers;
    }

    /**
     * What the policy says of a model.
     *
     * @param decision and why
     * @param release what was said of the model's version, if anything
     * @param hardenedMemoryRequired true if its memory must be {@linkplain Hardening hardened}
     */
    public record Assessment(SignedManifest manifest, TrustDecision decision, Optional<SignedRelease> release,
            boolean hardenedMemoryRequired) { }

    /**
     * Asks the policy about a model whose signatures are verified. Its files need not be compared yet. The version of the policy is
     * remembered whatever it says: an older one might have said something else.
     *
     * @param asked the file or folder that is to be used
     * @param signature the primary signature; a release statement lies beside it
     * @param files those that will be used
     * @throws ModelSignatureException if a release statement is malformed, or what the device remembers was tampered with
     */
    public Assessment assess(Path asked, Path signature, SignedManifest manifest, List<Path> files) {
        Optional<SignedRelease> release = SignedRelease.read(signature, signers);
        String name = asked.toAbsolutePath().normalize().getFileName().toString();
        var evidence = new Evidence(manifest.subjectName(), name, manifest.rootDigest(), manifest.digestTexts(), manifest.signers(), release,
                seen.newest(Kind.MODEL, manifest.subjectName()), seen.newest(Kind.POLICY, policy.name()), exposure(files),
                Hardening.report().problems(), clock.instant());
        TrustDecision decision = TrustEvaluator.decide(policy, evidence);
        if (policy.notAfter().map(end -> evidence.now().isBefore(end)).orElse(true)) {
            seen.record(Kind.POLICY, policy.name(), policy.version());
        }
        boolean hardened = policy.rulesFor(evidence.names()).stream().anyMatch(ModelRule::hardenedMemoryRequired);
        return new Assessment(manifest, decision, release, hardened);
    }

    /**
     * Insists, before memory is taken for a model that was allowed: if the policy demands hardened memory, none is given out any more
     * that falls short of it.
     *
     * @throws dev.lockstep.securemem.HardeningException if it ceased to be had
     */
    public void insist(Assessment accepted) {
        if (accepted.hardenedMemoryRequired()) {
            Hardening.enable(EnumSet.allOf(Measure.class));
        }
    }

    private static List<String> exposure(List<Path> files) {
        try {
            return FileExposure.of(files);
        } catch (IOException e) {
            throw new ModelSignatureException(Reason.FILE_UNREADABLE, files.getFirst().toString(), "permissions cannot be read: " + e, e);
        }
    }

    /**
     * Remembers the version of a model that is used: nothing older is, from now on. To be called once its files are known to be the
     * signed ones and can be used.
     *
     * @throws IllegalArgumentException if it was not allowed
     */
    public void remember(Assessment accepted) {
        if (!accepted.decision().isAllowed()) {
            throw new IllegalArgumentException("the model was refused");
        }
        accepted.release().ifPresent(release ->
                seen.record(Kind.MODEL, release.statement().model(), release.statement().version()));
    }

    /** For people: whose policy, and which version of it. */
    public String description() {
        return '"' + policy.name() + "\", version " + policy.version();
    }
}
