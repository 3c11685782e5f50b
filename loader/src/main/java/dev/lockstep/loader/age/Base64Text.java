package dev.lockstep.loader.age;

import java.util.Base64;
import java.util.Optional;

/** Base64 without padding, in its one canonical form (RFC 4648, sections 3.5 and 4). */
final class Base64Text {
    private Base64Text() {
    }

    /** The bytes of a text; nothing if it is not canonical. */
    static Optional<byte[]> decode(String text) {
        if (text.endsWith("=")) {
            return Optional.empty();
        }
        try {
            byte[] bytes = Base64.getDecoder().decode(text);
            return encode(bytes).equals(text) ? Optional.of(bytes) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    static String encode(byte[] bytes) {
        return Base64.getEncoder().withoutPadding().encodeToString(bytes);
    }
}
