package dev.lockstep.loader.signing;

import dev.lockstep.loader.internal.sigstore.SigstoreEvidence;
import java.util.List;
import java.util.Optional;

/** How a bundle says it can be verified. Nothing of it is trusted. */
sealed interface VerificationMaterial {
    /** What a person would call the method. */
    String method();

    /** False where any trusted key may have signed. */
    default boolean namesSigner() {
        return true;
    }

    /**
     * A bare key.
     *
     * @param hint the id of the signer's key, if stated
     * @param raw the signer's key as the older releases wrote it, if stated
     */
    record Key(Optional<String> hint, Optional<byte[]> raw) implements VerificationMaterial {
        @Override
        public String method() {
            return "a key";
        }

        @Override
        public boolean namesSigner() {
            return hint.isPresent() || raw.isPresent();
        }
    }

    /** A certificate that lived for minutes, with what sigstore has to say about it. */
    record Sigstore(SigstoreEvidence evidence) implements VerificationMaterial {
        @Override
        public String method() {
            return "an identity (sigstore)";
        }
    }

    /**
     * The signer's certificate and those of its issuers.
     *
     * @param chain DER, the signer's first, then each one's issuer; not parsed yet
     */
    record Certificates(List<byte[]> chain) implements VerificationMaterial {
        @Override
        public String method() {
            return "a certificate";
        }
    }
}
