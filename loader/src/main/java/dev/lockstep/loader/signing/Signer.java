package dev.lockstep.loader.signing;

import java.security.cert.X509Certificate;

/** Who signed a model, as far as a verified signature says so. Immutable. */
public sealed interface Signer {
    /** The key that made the signature. */
    KeyId key();

    /** One line for people, with nothing in it that could steer a terminal. */
    String description();

    /** The holder of a bare key. */
    record Key(KeyId key) implements Signer {
        @Override
        public String description() {
            return "key " + key;
        }
    }

    /**
     * Somebody who proved an identity to sigstore.
     *
     * @param key lived as long as it took to sign
     * @param identity an e-mail address, a URI or a name
     * @param issuer the OpenID Connect provider that vouched for it
     */
    record Identity(KeyId key, String identity, String issuer) implements Signer {
        @Override
        public String description() {
            return "the identity \"" + Printable.text(identity) + "\" vouched for by \"" + Printable.text(issuer) + "\", key " + key;
        }
    }

    /**
     * The holder of a certificate.
     *
     * @param certificate the signer's; valid when it was verified, and meant for signing
     * @param anchor the trusted certificate it leads to; the same one if it is trusted itself
     */
    record Certificate(KeyId key, X509Certificate certificate, X509Certificate anchor) implements Signer {
        /** Whom the certificate names, in the form of RFC 2253. */
        public String subject() {
            return certificate.getSubjectX500Principal().getName();
        }

        @Override
        public String description() {
            return "the certificate of \"" + Printable.text(subject()) + "\", key " + key;
        }
    }
}
