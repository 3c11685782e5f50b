package dev.lockstep.guard.internal.crypto;

import dev.lockstep.loader.internal.crypto.JcaSignature;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/** Ed25519 (RFC 8032) as the JDK has it. */
public final class Ed25519 {
    /** As the JCA calls it. */
    public static final String NAME = "Ed25519";

    /** Of a key, public or private. */
    public static final int KEY_BYTES = 32;

    /**
     * What comes before a public key in its X.509 encoding, in hex (RFC 8410, section 4): SEQUENCE { SEQUENCE { OID 1.3.101.112 },
     * BIT STRING of 32 bytes }.
     */
    public static final String SPKI_PREFIX = "302a300506032b6570032100";

    private static final int SIGNATURE_BYTES = 64;
    private static final byte[] PREFIX = HexFormat.of().parseHex(SPKI_PREFIX);

    private Ed25519() {
    }

    /** The 32 bytes of a public key; empty if it is of another kind. */
    public static Optional<byte[]> raw(PublicKey key) {
        byte[] spki = key.getEncoded();
        boolean isOne = spki.length == PREFIX.length + KEY_BYTES && Arrays.equals(PREFIX, Arrays.copyOf(spki, PREFIX.length));
        return isOne ? Optional.of(Arrays.copyOfRange(spki, PREFIX.length, spki.length)) : Optional.empty();
    }

    /**
     * The key of these bytes; empty if they are no point of the curve.
     *
     * @param raw 32 bytes
     */
    public static Optional<PublicKey> publicKey(byte[] raw) {
        byte[] spki = Arrays.copyOf(PREFIX, PREFIX.length + KEY_BYTES);
        System.arraycopy(raw, 0, spki, PREFIX.length, KEY_BYTES);
        try {
            PublicKey key = KeyFactory.getInstance(NAME).generatePublic(new X509EncodedKeySpec(spki));
            Signature.getInstance(NAME).initVerify(key);
            return Optional.of(key);
        } catch (InvalidKeyException | InvalidKeySpecException _) {
            return Optional.empty();
        } catch (GeneralSecurityException e) {
            throw missing(e);
        }
    }

    /** True if the key signed the message. */
    public static boolean verify(PublicKey key, byte[] message, byte[] signature) {
        return signature.length == SIGNATURE_BYTES && JcaSignature.verify(key, NAME, message, signature);
    }

    /** What cannot be: every Java runtime of this version has it. */
    public static IllegalStateException missing(GeneralSecurityException e) {
        return new IllegalStateException("this Java runtime has no " + NAME, e);
    }
}
