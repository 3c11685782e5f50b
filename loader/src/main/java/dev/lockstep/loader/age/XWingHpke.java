package dev.lockstep.loader.age;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import org.bouncycastle.crypto.AsymmetricCipherKeyPair;
import org.bouncycastle.crypto.InvalidCipherTextException;
import org.bouncycastle.crypto.hpke.HPKE;

/**
 * HPKE (RFC 9180) in base mode with MLKEM768-X25519, also called X-Wing (draft-ietf-hpke-pq-03), HKDF-SHA-256 and ChaCha20-Poly1305, by
 * BouncyCastle.
 */
final class XWingHpke {
    /** Of an encapsulated key: a ciphertext of ML-KEM-768, then a share of X25519. */
    static final int ENCAPSULATED_BYTES = 1120;
    static final int PUBLIC_KEY_BYTES = 1216;
    static final int SECRET_BYTES = 32;
    private static final byte[] INFO = "age-encryption.org/mlkem768x25519".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] NONE = new byte[0];

    private XWingHpke() {
    }

    /** What came of sealing: the encapsulated key, and the text. */
    record Sealed(byte[] encapsulated, byte[] text) { }

    private static HPKE hpke() {
        return new HPKE(HPKE.mode_base, HPKE.kem_MLKEM768_X25519, HPKE.kdf_HKDF_SHA256, HPKE.aead_CHACHA20_POLY1305);
    }

    private static AsymmetricCipherKeyPair keys(byte[] secret) {
        return hpke().deserializePrivateKey(secret, null);
    }

    static byte[] publicKey(byte[] secret) {
        HPKE hpke = hpke();
        return hpke.serializePublicKey(keys(secret).getPublic());
    }

    static Sealed seal(byte[] publicKey, byte[] text) {
        try {
            HPKE hpke = hpke();
            byte[][] sealed = hpke.seal(hpke.deserializePublicKey(publicKey), INFO, NONE, text, null, null, null);
            return new Sealed(sealed[1], sealed[0]);
        } catch (InvalidCipherTextException e) {
            throw new IllegalStateException("nothing is decrypted here", e);
        }
    }

    /** The text; nothing if it was sealed for somebody else. */
    static Optional<byte[]> open(byte[] secret, byte[] encapsulated, byte[] text) {
        try {
            return Optional.of(hpke().open(encapsulated, keys(secret), INFO, NONE, text, null, null, null));
        } catch (InvalidCipherTextException e) {
            return Optional.empty();
        }
    }

    /** True if the X25519 share in an encapsulated key is of small order: then it hides nothing. */
    static boolean isLowOrder(byte[] encapsulated) {
        byte[] share = Arrays.copyOfRange(encapsulated, ENCAPSULATED_BYTES - X25519Keys.BYTES, ENCAPSULATED_BYTES);
        byte[] anySecret = new byte[X25519Keys.BYTES];
        anySecret[0] = Byte.SIZE;
        return X25519Keys.shared(anySecret, share).isEmpty();
    }
}
