package dev.lockstep.loader.age;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.KDF;
import javax.crypto.Mac;
import javax.crypto.spec.HKDFParameterSpec;
import javax.crypto.spec.IvParameterSpec;

/** The primitives of age, from the JDK: HKDF-SHA-256, HMAC-SHA-256, ChaCha20-Poly1305. */
final class AgeCrypto {
    /** Bytes of a file key. */
    static final int FILE_KEY_BYTES = 16;

    /** Bytes of every derived key. */
    static final int KEY_BYTES = 32;

    /** Bytes that authentication adds to a text. */
    static final int TAG_BYTES = 16;

    /** Bytes of a wrapped file key. Others are not even tried, so that no error tells one from another. */
    static final int WRAPPED_KEY_BYTES = FILE_KEY_BYTES + TAG_BYTES;

    private static final int NONCE_BYTES = 12;
    private static final String HMAC = "HmacSHA256";
    private static final String AEAD = "ChaCha20-Poly1305";

    private AgeCrypto() {
    }

    /** Fresh bytes that nobody can guess. */
    static byte[] random(int count) {
        byte[] bytes = new byte[count];
        new SecureRandom().nextBytes(bytes);
        return bytes;
    }

    /** A key derived from another secret. */
    static byte[] derive(byte[] secret, byte[] salt, String info) {
        try {
            var parameters = HKDFParameterSpec.ofExtract().addIKM(new BorrowedKey(secret, "Generic")).addSalt(salt)
                    .thenExpand(info.getBytes(StandardCharsets.US_ASCII), KEY_BYTES);
            return KDF.getInstance("HKDF-SHA256").deriveData(parameters);
        } catch (GeneralSecurityException e) {
            throw missing("HKDF-SHA256", e);
        }
    }

    /** The MAC of a header. */
    static byte[] headerMac(byte[] fileKey, byte[] header) {
        byte[] key = derive(fileKey, new byte[0], "header");
        try {
            return newMac(key).doFinal(header);
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    /** HMAC-SHA-256, ready for a text. */
    static Mac newMac(byte[] key) {
        try {
            var mac = Mac.getInstance(HMAC);
            mac.init(new BorrowedKey(key, HMAC));
            return mac;
        } catch (GeneralSecurityException e) {
            throw missing(HMAC, e);
        }
    }

    /** A file key taken out of a stanza; nothing if it was wrapped with another key. The key that wraps is overwritten with zeros. */
    static Optional<byte[]> unwrap(byte[] wrapKey, byte[] body) {
        Cipher cipher = newCipher();
        try {
            init(cipher, Cipher.DECRYPT_MODE, wrapKey, new byte[NONCE_BYTES]);
            return Optional.of(cipher.doFinal(body));
        } catch (AEADBadTagException e) {
            return Optional.empty();
        } catch (GeneralSecurityException e) {
            throw missing(AEAD, e);
        } finally {
            Arrays.fill(wrapKey, (byte) 0);
            forget(cipher);
        }
    }

    /** A file key wrapped for a stanza. The key that wraps is overwritten with zeros. */
    static byte[] wrap(byte[] wrapKey, byte[] fileKey) {
        Cipher cipher = newCipher();
        try {
            init(cipher, Cipher.ENCRYPT_MODE, wrapKey, new byte[NONCE_BYTES]);
            return cipher.doFinal(fileKey);
        } catch (GeneralSecurityException e) {
            throw missing(AEAD, e);
        } finally {
            Arrays.fill(wrapKey, (byte) 0);
            forget(cipher);
        }
    }

    /** A cipher that has no key yet. */
    static Cipher newCipher() {
        try {
            return Cipher.getInstance(AEAD);
        } catch (GeneralSecurityException e) {
            throw missing(AEAD, e);
        }
    }

    /** Has a cipher overwrite its copy of a key, and what it made of it, with those of another: of zeros. */
    static void forget(Cipher cipher) {
        try {
            init(cipher, Cipher.DECRYPT_MODE, new byte[KEY_BYTES], new byte[NONCE_BYTES]);
        } catch (GeneralSecurityException e) {
            throw missing(AEAD, e);
        }
    }

    /** Makes a cipher ready for one text. */
    static void init(Cipher cipher, int mode, byte[] key, byte[] nonce) throws GeneralSecurityException {
        cipher.init(mode, new BorrowedKey(key, "ChaCha20"), new IvParameterSpec(nonce));
    }

    static IllegalStateException missing(String algorithm, GeneralSecurityException e) {
        return new IllegalStateException("this Java runtime cannot do " + algorithm, e);
    }
}
