package dev.lockstep.loader.signing;

import dev.lockstep.loader.internal.crypto.JcaSignature;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;

/**
 * Signatures over typed bytes, from the JDK alone. What is signed is the pre-authentication encoding of
 * secure-systems-lab/dsse, protocol.md v1.0.2: {@code "DSSEv1" SP length(type) SP type SP length(body) SP body}, with
 * lengths in bytes, decimal.
 */
public final class Dsse {
    /** The type of bodies that are in-toto statements: the only one that OMS signs, and the only one that this program does. */
    public static final String IN_TOTO = "application/vnd.in-toto+json";

    private Dsse() {
    }

    /** The text that a signature is of. */
    public static byte[] preAuthenticationEncoding(String type, byte[] body) {
        byte[] typeBytes = type.getBytes(StandardCharsets.UTF_8);
        var text = new ByteArrayOutputStream(body.length + 64);
        text.writeBytes(("DSSEv1 " + typeBytes.length + ' ').getBytes(StandardCharsets.US_ASCII));
        text.writeBytes(typeBytes);
        text.writeBytes((" " + body.length + ' ').getBytes(StandardCharsets.US_ASCII));
        text.writeBytes(body);
        return text.toByteArray();
    }

    /**
     * Signs a text.
     *
     * @throws IllegalArgumentException if the key does not suit the algorithm
     */
    public static byte[] sign(PrivateKey key, SigningAlgorithm algorithm, byte[] message) {
        try {
            var signer = Signature.getInstance(algorithm.signatureName());
            signer.initSign(key);
            signer.update(message);
            return signer.sign();
        } catch (InvalidKeyException e) {
            throw new IllegalArgumentException("the private key does not suit " + algorithm, e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime cannot sign with " + algorithm.signatureName(), e);
        }
    }

    /**
     * True if the key signed the message, with the hash of its curve if it has one. Of ECDSA, {@link dev.lockstep.loader.internal.crypto.Ecdsa}
     * says what is accepted; of ML-DSA, the context string is the empty one.
     *
     * @throws IllegalArgumentException if the key is of no {@link SigningAlgorithm}
     */
    public static boolean verify(PublicKey key, byte[] message, byte[] signature) {
        SigningAlgorithm algorithm = SigningAlgorithm.of(key);
        return algorithm.isSignatureForm(signature) && JcaSignature.verify(key, algorithm.signatureName(), message, signature);
    }
}
