package dev.lockstep.loader.signing;

import java.security.PublicKey;
import java.util.ArrayList;

/**
 * Whose signatures count, by each method of signing. A bundle is verified by its own method only: a trusted key does not make a
 * certificate good, nor the other way round. Immutable.
 *
 * @param keys for bundles that are signed with a bare key
 * @param certificates for bundles that come with certificates
 * @param identities for keyless bundles, those of sigstore
 */
public record TrustedSigners(TrustedKeys keys, TrustedCertificates certificates, TrustedIdentities identities) {
    /** Trusts nobody. */
    public static final TrustedSigners NONE = new TrustedSigners(TrustedKeys.NONE, TrustedCertificates.NONE, TrustedIdentities.NONE);

    public static TrustedSigners of(PublicKey... keys) {
        return of(TrustedKeys.of(keys));
    }

    public static TrustedSigners of(TrustedKeys keys) {
        return new TrustedSigners(keys, TrustedCertificates.NONE, TrustedIdentities.NONE);
    }

    public static TrustedSigners of(TrustedCertificates certificates) {
        return new TrustedSigners(TrustedKeys.NONE, certificates, TrustedIdentities.NONE);
    }

    public static TrustedSigners of(TrustedIdentities identities) {
        return new TrustedSigners(TrustedKeys.NONE, TrustedCertificates.NONE, identities);
    }

    /** What is trusted, as a person would call it; empty if nobody is. */
    String describeMethods() {
        var methods = new ArrayList<String>();
        if (!keys.keys().isEmpty()) {
            methods.add("keys are trusted (--key)");
        }
        if (!certificates.anchors().isEmpty()) {
            methods.add("certificates are trusted (--certificate-chain)");
        }
        if (!identities.identities().isEmpty()) {
            methods.add("identities are trusted (--identity)");
        }
        return String.join(", ", methods);
    }
}
