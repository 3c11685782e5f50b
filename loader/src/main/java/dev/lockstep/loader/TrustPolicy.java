package dev.lockstep.loader;

import dev.lockstep.loader.signing.TrustedKeys;
import dev.lockstep.loader.signing.TrustedSigners;
import dev.lockstep.loader.trust.PolicyVerifier;
import java.nio.file.Path;
import java.security.PublicKey;
import java.util.Optional;

/**
 * On whose word a checkpoint is loaded. Immutable. There is no default that trusts everybody: to load without a signature is
 * an explicit {@link #allowUnsigned()}.
 */
public final class TrustPolicy {
    private final TrustedSigners signers;
    private final Optional<PolicyVerifier> rules;
    private final Optional<Path> signature;
    private final boolean unsignedAllowed;

    private TrustPolicy(TrustedSigners signers, Optional<PolicyVerifier> rules, Optional<Path> signature, boolean unsignedAllowed) {
        this.signers = signers;
        this.rules = rules;
        this.signature = signature;
        this.unsignedAllowed = unsignedAllowed;
    }

    /** Loads what any of these keys has signed. */
    public static TrustPolicy of(PublicKey... keys) {
        return of(TrustedKeys.of(keys));
    }

    /** Loads what any of these keys has signed. */
    public static TrustPolicy of(TrustedKeys keys) {
        return of(TrustedSigners.of(keys));
    }

    /** Loads what any of these has signed. */
    public static TrustPolicy of(TrustedSigners signers) {
        return new TrustPolicy(signers, Optional.empty(), Optional.empty(), false);
    }

    /** Loads what a trust policy allows. */
    public static TrustPolicy of(PolicyVerifier rules) {
        return new TrustPolicy(rules.signers(), Optional.of(rules), Optional.empty(), false);
    }

    /**
     * Loads anything, signed or not, and looks at no signature. For experiments: whoever can write to the file decides what
     * your model says.
     */
    public static TrustPolicy allowUnsigned() {
        return new TrustPolicy(TrustedSigners.NONE, Optional.empty(), Optional.empty(), true);
    }

    /** The same policy with the signature at a given place, instead of {@code FILE.sig} or {@code model.sig} beside the file. */
    public TrustPolicy withSignature(Path signatureFile) {
        return new TrustPolicy(signers, rules, Optional.of(signatureFile), unsignedAllowed);
    }

    /** Whose signatures count. */
    public TrustedSigners signers() {
        return signers;
    }

    /** What else must be true of a model, if there are rules. */
    public Optional<PolicyVerifier> rules() {
        return rules;
    }

    /** Where the signature is, if not in one of the usual places. */
    public Optional<Path> signature() {
        return signature;
    }

    public boolean isUnsignedAllowed() {
        return unsignedAllowed;
    }
}
