package dev.lockstep.guard.device;

import dev.lockstep.guard.internal.crypto.Ed25519;
import dev.lockstep.loader.internal.crypto.Sha256;
import dev.lockstep.loader.internal.files.BoundedFile;
import dev.lockstep.loader.signing.KeyFileException;
import dev.lockstep.loader.signing.KeyId;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/**
 * Ed25519 keys of the JDK, and their PEM texts in the one form that RFC 8410 and RFC 7468 (strict) give them, as OpenSSL and the JDK write
 * them; no other text is read.
 */
final class Ed25519Keys {
    /** A line of each; more is no such key. */
    private static final int MAX_PEM_BYTES = 256;

    /** A key is one line of base64. */
    private enum Pem {
        /** SubjectPublicKeyInfo. */
        PUBLIC("PUBLIC KEY", Ed25519.SPKI_PREFIX),
        /** PKCS#8, version 0: SEQUENCE { 0, SEQUENCE { OID 1.3.101.112 }, OCTET STRING { OCTET STRING of 32 bytes } }. */
        PRIVATE("PRIVATE KEY", "302e020100300506032b657004220420");

        private final String label;
        private final byte[] beforeKey;

        Pem(String label, String beforeKey) {
            this.label = label;
            this.beforeKey = HexFormat.of().parseHex(beforeKey);
        }

        /** Not through a {@code String}, which cannot be wiped. */
        byte[] text(byte[] der) {
            byte[] base64 = Base64.getEncoder().encode(der);
            byte[] begin = begin();
            byte[] end = ("\n-----END " + label + "-----\n").getBytes(StandardCharsets.US_ASCII);
            byte[] text = Arrays.copyOf(begin, begin.length + base64.length + end.length);
            System.arraycopy(base64, 0, text, begin.length, base64.length);
            System.arraycopy(end, 0, text, begin.length + base64.length, end.length);
            Arrays.fill(base64, (byte) 0);
            return text;
        }

        byte[] der(byte[] text, String file) {
            byte[] der = decoded(text);
            byte[] again = text(der);
            boolean isOne = Arrays.equals(again, text) && der.length == beforeKey.length + Ed25519.KEY_BYTES
                    && Arrays.equals(der, 0, beforeKey.length, beforeKey, 0, beforeKey.length);
            Arrays.fill(again, (byte) 0);
            if (!isOne) {
                Arrays.fill(der, (byte) 0);
                throw new KeyFileException(file, "is no " + Ed25519.NAME + ' ' + label + " in PEM, three lines and nothing else");
            }
            return der;
        }

        /** Nothing if there is no base64 where it has to be. */
        private byte[] decoded(byte[] text) {
            int begin = begin().length;
            int end = begin + (beforeKey.length + Ed25519.KEY_BYTES + 2) / 3 * 4;
            byte[] base64 = text.length > end ? Arrays.copyOfRange(text, begin, end) : new byte[0];
            try {
                return Base64.getDecoder().decode(base64);
            } catch (IllegalArgumentException _) {
                return new byte[0];
            } finally {
                Arrays.fill(base64, (byte) 0);
            }
        }

        private byte[] begin() {
            return ("-----BEGIN " + label + "-----\n").getBytes(StandardCharsets.US_ASCII);
        }
    }

    private Ed25519Keys() {
    }

    /** A PEM text, the caller's to overwrite. */
    static byte[] read(Path pem) {
        return BoundedFile.read(pem, MAX_PEM_BYTES, ", so it is no " + Ed25519.NAME + " key", KeyFileException::new);
    }

    static KeyPair generate() {
        try {
            return KeyPairGenerator.getInstance(Ed25519.NAME).generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw Ed25519.missing(e);
        }
    }

    static byte[] pem(PublicKey key) {
        return Pem.PUBLIC.text(key.getEncoded());
    }

    /** The caller's to overwrite. */
    static byte[] pem(PrivateKey key) {
        byte[] der = key.getEncoded();
        try {
            return Pem.PRIVATE.text(der);
        } finally {
            Arrays.fill(der, (byte) 0);
        }
    }

    /** @throws KeyFileException if the text is no public key, or the key is no point of the curve */
    static PublicKey publicKey(byte[] pem, String file) {
        byte[] der = Pem.PUBLIC.der(pem, file);
        byte[] raw = Arrays.copyOfRange(der, der.length - Ed25519.KEY_BYTES, der.length);
        return Ed25519.publicKey(raw).orElseThrow(() -> new KeyFileException(file, "is no point of the curve of " + Ed25519.NAME));
    }

    /** @throws KeyFileException if the text is no private key */
    static PrivateKey privateKey(byte[] pem, String file) {
        byte[] der = Pem.PRIVATE.der(pem, file);
        try {
            return KeyFactory.getInstance(Ed25519.NAME).generatePrivate(new PKCS8EncodedKeySpec(der));
        } catch (GeneralSecurityException e) {
            throw Ed25519.missing(e);
        } finally {
            Arrays.fill(der, (byte) 0);
        }
    }

    static byte[] sign(PrivateKey key, byte[] message) {
        try {
            var signature = Signature.getInstance(Ed25519.NAME);
            signature.initSign(key);
            signature.update(message);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw Ed25519.missing(e);
        }
    }

    /** The SHA-256 of the PEM text, as of every other key of this program, and as {@code sha256sum} computes it. */
    static KeyId id(PublicKey key) {
        return new KeyId(HexFormat.of().formatHex(Sha256.of(pem(key))));
    }
}
