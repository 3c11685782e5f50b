package dev.lockstep.loader.signing;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** SHA-256, which every Java runtime has. */
final class Sha256 {
    private static final int HEX_DIGITS = 64;

    /** Bytes of a digest. */
    static final int BYTES = 32;

    private Sha256() {
    }

    static MessageDigest start() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }

    static byte[] of(byte[] bytes) {
        return start().digest(bytes);
    }

    /** True for 64 lower-case hex digits: the one spelling of a digest that is accepted. */
    static boolean isHex(String text) {
        return text.length() == HEX_DIGITS && text.chars().allMatch(c -> c >= '0' && c <= '9' || c >= 'a' && c <= 'f');
    }
}
