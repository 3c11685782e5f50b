package dev.lockstep.loader.signing;

import dev.lockstep.loader.internal.text.Printable;
import java.security.cert.X509Certificate;
import java.util.List;

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
     * @param path from the signer's certificate to a trusted one, each issued by the next; the signer's alone if that is trusted
     */
    record Certificate(KeyId key, List<X509Certificate> path) implements Signer {
        public Certificate {
            path = List.copyOf(path);
        }

        /** The signer's: valid when it was verified, and meant for signing. */
        public X509Certificate certificate() {
            return path.getFirst();
        }

        /** The trusted one. */
        public X509Certificate anchor() {
            return path.getLast();
        }

        /** Whom the certificate names, in the form of RFC 2253. */
        public String subject() {
            return certificate().getSubjectX500Principal().getName();
        }

        @Override
        public String description() {
            return "the certificate of \"" + Printable.text(subject()) + "\", key " + key;
        }
    }
}
