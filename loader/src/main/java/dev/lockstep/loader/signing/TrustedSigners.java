package dev.lockstep.loader.signing;

import java.security.PublicKey;

/**
 * Whose signatures count, by each method of signing. A bundle is verified by its own method only: a trusted key does not make a
 * certificate good, nor the other way round. Immutable.
 *
 * @param keys for bundles that are signed with a bare key
 * @param certificates for bundles that come with certificates
 */
public record TrustedSigners(TrustedKeys keys, TrustedCertificates certificates) {
    /** Trusts nobody. */
    public static final TrustedSigners NONE = new TrustedSigners(TrustedKeys.NONE, TrustedCertificates.NONE);

    public static TrustedSigners of(PublicKey... keys) {
        return of(TrustedKeys.of(keys));
    }

    public static TrustedSigners of(TrustedKeys keys) {
        return new TrustedSigners(keys, TrustedCertificates.NONE);
    }

    public static TrustedSigners of(TrustedCertificates certificates) {
        return new TrustedSigners(TrustedKeys.NONE, certificates);
    }
}
