package dev.lockstep.loader.age;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A file key, wrapped for somebody.
 *
 * @param arguments what kind of recipient, and what it needs; at least one
 * @param body the wrapped key
 */
record Stanza(List<String> arguments, byte[] body) {
    /** Characters of base64 on a full line of a body. */
    static final int LINE = 64;

    Stanza {
        arguments = List.copyOf(arguments);
    }

    String type() {
        return arguments.getFirst();
    }

    /** True if there are so many arguments, the type included. */
    boolean has(int count) {
        return arguments.size() == count;
    }

    /** As it stands in a header. */
    byte[] toBytes() {
        var text = new StringBuilder("-> ").append(String.join(" ", arguments)).append('\n');
        String base64 = Base64Text.encode(body);
        for (int at = 0; at <= base64.length(); at += LINE) {
            // the last line is shorter, and may be empty
            text.append(base64, at, Math.min(at + LINE, base64.length())).append('\n');
        }
        return text.toString().getBytes(StandardCharsets.US_ASCII);
    }
}
