package dev.lockstep.loader.internal.tlog;

import java.util.Base64;
import java.util.Optional;

/** Only the one encoding that base64 has for bytes; the JDK's decoder forgives missing padding and stray bits. */
public final class CanonicalBase64 {
    private CanonicalBase64() {
    }

    /** The bytes, or nothing if this is not how they are written. */
    public static Optional<byte[]> decode(String base64) {
        try {
            byte[] bytes = Base64.getDecoder().decode(base64);
            return Optional.of(bytes).filter(_ -> Base64.getEncoder().encodeToString(bytes).equals(base64));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
