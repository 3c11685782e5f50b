package dev.lockstep.tests.fuzz;

import dev.lockstep.loader.signing.Certificates;
import dev.lockstep.loader.signing.KeyId;
import dev.lockstep.loader.signing.SigningKeys;
import dev.lockstep.loader.signing.TrustedCertificates;
import dev.lockstep.loader.signing.TrustedSigners;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.Base64;

/**
 * The key that the corpus is signed with. It was made for this folder, its private half is public, and nobody should ever
 * trust it for anything else.
 */
final class TestKey {
    private static final KeyPair KEYS = keyPair();

    static final TrustedSigners TRUSTED = TrustedSigners.of(KEYS.getPublic());

    /** Whoever the test authority has issued a certificate to; its private key was thrown away after one. */
    static final TrustedSigners TRUSTED_AUTHORITY = TrustedSigners.of(TrustedCertificates.of(
            Certificates.readPem(resource("test-only-authority.pem")).toArray(X509Certificate[]::new)));

    private static final String BY_KEY = "{\"publicKey\":{\"hint\":\"%s\"},\"tlogEntries\":[]}";
    private static final String BY_CERTIFICATE = "{\"x509CertificateChain\":{\"certificates\":[{\"rawBytes\":\"%s\"}]}}";
    private static final String BUNDLE = """
            {"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json",\
            "verificationMaterial":%s,\
            "dsseEnvelope":{"payload":"%s","payloadType":"application/vnd.in-toto+json",\
            "signatures":[{"sig":"%s","keyid":""}]}}""";

    private TestKey() {
    }

    /** Read as bytes: a checkout gives its files whatever permissions it likes, and a file of a private key must be its owner's. */
    private static KeyPair keyPair() {
        try {
            return SigningKeys.parseKeyPair(Files.readAllBytes(resource("test-only-key.pem")), "test-only-key.pem", null);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path resource(String name) {
        try {
            return Path.of(TestKey.class.getResource(name).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A bundle with a good signature over any bytes at all: what lies behind the signature check gets to see them. */
    static byte[] bundleOf(byte[] payload) throws GeneralSecurityException {
        return bundle(payload, BY_KEY.formatted(KeyId.of(KEYS.getPublic()).hex()));
    }

    /** The same, with any bytes as the signer's certificate. */
    static byte[] bundleOf(byte[] payload, byte[] certificate) throws GeneralSecurityException {
        return bundle(payload, BY_CERTIFICATE.formatted(base64(certificate)));
    }

    private static byte[] bundle(byte[] payload, String material) throws GeneralSecurityException {
        var signer = Signature.getInstance("SHA256withECDSA");
        signer.initSign(KEYS.getPrivate());
        signer.update(preAuthenticationEncoding(payload));
        return BUNDLE.formatted(material, base64(payload), base64(signer.sign())).getBytes(StandardCharsets.UTF_8);
    }

    /** See secure-systems-lab/dsse, protocol.md v1.0.2. */
    private static byte[] preAuthenticationEncoding(byte[] payload) {
        var message = new ByteArrayOutputStream();
        message.writeBytes("DSSEv1 28 application/vnd.in-toto+json %d ".formatted(payload.length)
                .getBytes(StandardCharsets.US_ASCII));
        message.writeBytes(payload);
        return message.toByteArray();
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }
}
