package dev.lockstep.loader.trust;

import dev.lockstep.loader.signing.KeyId;
import dev.lockstep.loader.signing.Signer;
import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.util.Set;
import javax.security.auth.x500.X500Principal;

/**
 * What counts no longer. Immutable.
 *
 * @param keys signatures by these are as good as none
 * @param certificates paths through these lead nowhere
 * @param digests root digests of models, or digests of their files, that must not be used
 */
public record Revocations(Set<KeyId> keys, Set<RevokedCertificate> certificates, Set<String> digests) {
    /** Nothing is revoked. */
    public static final Revocations NONE = new Revocations(Set.of(), Set.of(), Set.of());

    /** A certificate as revocation lists name it (RFC 5280, section 5.3). */
    public record RevokedCertificate(X500Principal issuer, BigInteger serial) {
        static RevokedCertificate of(X509Certificate certificate) {
            return new RevokedCertificate(certificate.getIssuerX500Principal(), certificate.getSerialNumber());
        }
    }

    public Revocations {
        keys = Set.copyOf(keys);
        certificates = Set.copyOf(certificates);
        digests = Set.copyOf(digests);
    }

    /** True if a signature by this signer counts no longer. */
    boolean covers(Signer signer) {
        return keys.contains(signer.key()) || switch (signer) {
            case Signer.Certificate held -> held.path().stream().map(RevokedCertificate::of).anyMatch(certificates::contains);
            default -> false;
        };
    }
}
