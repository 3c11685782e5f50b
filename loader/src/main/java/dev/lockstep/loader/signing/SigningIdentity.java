package dev.lockstep.loader.signing;

import java.security.KeyPair;
import java.security.PublicKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Who signs: a key, alone or with its certificate.
 *
 * @param keys a key pair of some {@link SigningAlgorithm}; with certificates, one on a curve
 * @param certificates of the key, of its issuer, and so on; empty to sign with the bare key. The last one, or its issuer, is what
 *     verifiers have to trust
 */
public record SigningIdentity(KeyPair keys, List<X509Certificate> certificates) {
    /** @throws IllegalArgumentException if the first certificate is that of another key */
    public SigningIdentity {
        certificates = List.copyOf(certificates);
        if (!certificates.isEmpty()
                && !Arrays.equals(certificates.getFirst().getPublicKey().getEncoded(), keys.getPublic().getEncoded())) {
            throw new IllegalArgumentException("the first certificate is not that of the private key");
        }
    }

    /** A bare key. */
    public static SigningIdentity of(KeyPair keys) {
        return new SigningIdentity(keys, List.of());
    }

    PublicKey publicKey() {
        return keys.getPublic();
    }

    /** Whom a verifier has to trust at least. */
    TrustedSigners asTrusted() {
        return certificates.isEmpty()
                ? TrustedSigners.of(publicKey())
                : TrustedSigners.of(TrustedCertificates.of(certificates.getLast()));
    }

    /** Writes what a bundle says about its signer. */
    void describe(ObjectNode material) {
        if (certificates.isEmpty()) {
            material.putObject("publicKey").put("hint", KeyId.of(publicKey()).hex());
            return;
        }
        ArrayNode chain = material.putObject("x509CertificateChain").putArray("certificates");
        for (X509Certificate certificate : certificates) {
            chain.addObject().put("rawBytes", Base64.getEncoder().encodeToString(der(certificate)));
        }
    }

    private static byte[] der(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (CertificateEncodingException e) {
            throw new IllegalArgumentException("a certificate has no encoding", e);
        }
    }

    /** Never shows a key. */
    @Override
    public String toString() {
        return "SigningIdentity[" + KeyId.of(publicKey()) + ", " + certificates.size() + " certificates]";
    }
}
