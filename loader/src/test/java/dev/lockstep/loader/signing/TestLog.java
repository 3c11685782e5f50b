package dev.lockstep.loader.signing;

import dev.lockstep.loader.internal.crypto.Sha256;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.time.Instant;
import java.util.Arrays;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A log that signs whatever it is asked to: of certificates, or of signatures. */
final class TestLog {
    final String host;
    String keyKind = "PKIX_ECDSA_P256_SHA_256";
    Instant from = Instant.EPOCH;
    Instant to;

    private final KeyPair keys;
    private final byte[] id;

    TestLog(String host) {
        this(host, SigningKeys.generate(EcCurve.P256));
    }

    private TestLog(String host, KeyPair keys) {
        this.host = host;
        this.keys = keys;
        this.id = Sha256.of(keys.getPublic().getEncoded());
    }

    static TestLog ed25519(String host) {
        try {
            var log = new TestLog(host, KeyPairGenerator.getInstance("Ed25519").generateKeyPair());
            log.keyKind = "PKIX_ED25519";
            return log;
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /** One that calls itself like another, but has not its key. */
    TestLog(TestLog impersonated) {
        this.host = impersonated.host;
        this.keys = SigningKeys.generate(EcCurve.P256);
        this.id = impersonated.id;
    }

    byte[] id() {
        return id;
    }

    byte[] sign(byte[] message) {
        if (keys.getPublic() instanceof ECPublicKey) {
            return Dsse.sign(keys.getPrivate(), SigningAlgorithm.P256, message);
        }
        try {
            var signer = Signature.getInstance("Ed25519");
            signer.initSign(keys.getPrivate());
            signer.update(message);
            return signer.sign();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /** Adds it to a trusted root. */
    ObjectNode describe(ArrayNode logs) {
        ObjectNode log = logs.addObject().put("baseUrl", "https://" + host).put("hashAlgorithm", "SHA2_256");
        ObjectNode key = log.putObject("publicKey").put("rawBytes", TestBundle.base64(keys.getPublic().getEncoded())).put("keyDetails", keyKind);
        TestSigstore.putValidity(key, from, to);
        log.putObject("logId").put("keyId", TestBundle.base64(id()));
        return log;
    }

    /** A timestamp of a certificate, in the list that is embedded: RFC 6962, section 3.3. */
    byte[] certificateTimestamps(byte[] tbsCertificate, byte[] issuerKey, Instant time) {
        byte[] millis = ByteBuffer.allocate(Long.BYTES).putLong(time.toEpochMilli()).array();
        var signed = new ByteArrayOutputStream();
        signed.writeBytes(new byte[] {0, 0});
        signed.writeBytes(millis);
        signed.writeBytes(new byte[] {0, 1});
        signed.writeBytes(Sha256.of(issuerKey));
        signed.writeBytes(Arrays.copyOfRange(ByteBuffer.allocate(Integer.BYTES).putInt(tbsCertificate.length).array(), 1, Integer.BYTES));
        signed.writeBytes(tbsCertificate);
        signed.writeBytes(new byte[] {0, 0});

        var timestamp = new ByteArrayOutputStream();
        timestamp.write(0);
        timestamp.writeBytes(id());
        timestamp.writeBytes(millis);
        timestamp.writeBytes(new byte[] {0, 0, 4, 3});
        timestamp.writeBytes(opaque(sign(signed.toByteArray())));
        return opaque(opaque(timestamp.toByteArray()));
    }

    private static byte[] opaque(byte[] content) {
        return ByteBuffer.allocate(Short.BYTES + content.length).putShort((short) content.length).put(content).array();
    }

    /** A signed note: C2SP, signed-note and tlog-checkpoint. */
    String checkpoint(String origin, long size, byte[] root) {
        String text = origin + '\n' + size + '\n' + TestBundle.base64(root) + '\n';
        byte[] signature = sign(text.getBytes(StandardCharsets.UTF_8));
        byte[] hinted = ByteBuffer.allocate(Integer.BYTES + signature.length).put(id(), 0, Integer.BYTES).put(signature).array();
        return text + "\n— " + host + ' ' + TestBundle.base64(hinted) + '\n';
    }
}
