package dev.lockstep.loader.trust;

import dev.lockstep.loader.signing.KeyId;
import dev.lockstep.loader.signing.Signer;
import dev.lockstep.loader.signing.TrustedIdentity;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.security.auth.x500.X500Principal;

/** Somebody whose signature counts, as a policy names them. Immutable. */
public sealed interface PolicySigner {
    /** True if this is who made a signature. */
    boolean matches(Signer signer);

    /** The key of the post-quantum signature that belongs to this signer, if there is one. */
    Optional<PolicyKey> postQuantum();

    /** True if one person could be both. */
    boolean overlaps(PolicySigner other);

    /** For people. */
    String description();

    /**
     * A key.
     *
     * @param id its fingerprint
     * @param key the key itself, if the policy holds it; whoever verifies has to bring it otherwise
     */
    record PolicyKey(KeyId id, Optional<PublicKey> key) { }

    /** The holder of a key. */
    record Key(PolicyKey key, Optional<PolicyKey> postQuantum) implements PolicySigner {
        @Override
        public boolean matches(Signer signer) {
            return signer instanceof Signer.Key && signer.key().equals(key.id());
        }

        @Override
        public boolean overlaps(PolicySigner other) {
            return other instanceof Key that && that.key.id().equals(key.id());
        }

        @Override
        public String description() {
            return "key " + key.id();
        }
    }

    /**
     * Somebody who proves an identity to sigstore.
     *
     * @param identity compared exactly, as is who vouches for it
     */
    record Sigstore(TrustedIdentity identity, Optional<PolicyKey> postQuantum) implements PolicySigner {
        @Override
        public boolean matches(Signer signer) {
            return signer instanceof Signer.Identity proven
                    && proven.identity().equals(identity.identity()) && proven.issuer().equals(identity.issuer());
        }

        @Override
        public boolean overlaps(PolicySigner other) {
            return other instanceof Sigstore that && that.identity.equals(identity);
        }

        @Override
        public String description() {
            return "identity " + identity.identity() + " vouched for by " + identity.issuer();
        }
    }

    /**
     * Whoever holds a certificate that leads to an anchor.
     *
     * @param subject the only one that counts; anybody's if absent
     */
    record Certificate(X509Certificate anchor, Optional<X500Principal> subject, Optional<PolicyKey> postQuantum) implements PolicySigner {
        @Override
        public boolean matches(Signer signer) {
            return signer instanceof Signer.Certificate held
                    && held.anchor().equals(anchor)
                    && subject.map(wanted -> wanted.equals(held.certificate().getSubjectX500Principal())).orElse(true);
        }

        @Override
        public boolean overlaps(PolicySigner other) {
            return other instanceof Certificate that && that.anchor.equals(anchor)
                    && (subject.isEmpty() || that.subject.isEmpty() || subject.equals(that.subject));
        }

        @Override
        public String description() {
            return "certificate of " + subject.map(X500Principal::getName).orElse("anybody") + " under "
                    + anchor.getSubjectX500Principal().getName();
        }
    }
}
