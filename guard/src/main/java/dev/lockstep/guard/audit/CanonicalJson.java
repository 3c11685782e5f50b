package dev.lockstep.guard.audit;

import java.util.Map;
import java.util.TreeMap;

/**
 * JSON in the one form that RFC 8785 gives it, for what records consist of: objects, strings, and whole numbers below 2^53 in size. Members
 * are in the order of their UTF-16 code units, and nothing is escaped that need not be.
 */
final class CanonicalJson {
    private CanonicalJson() {
    }

    /**
     * Writes an object.
     *
     * @param members values are {@code String}, {@code Long} or another such map
     */
    static String write(Map<String, ?> members) {
        var json = new StringBuilder();
        write(members, json);
        return json.toString();
    }

    private static void write(Map<String, ?> members, StringBuilder json) {
        json.append('{');
        int first = json.length();
        new TreeMap<>(members).forEach((name, value) -> {
            if (json.length() > first) {
                json.append(',');
            }
            write(name, json);
            json.append(':');
            switch (value) {
                case String text -> write(text, json);
                case Long number -> json.append(number.longValue());
                case Map<?, ?> inner -> write(named(inner), json);
                default -> throw new IllegalArgumentException("type=" + value.getClass().getName());
            }
        });
        json.append('}');
    }

    private static Map<String, Object> named(Map<?, ?> members) {
        var named = new TreeMap<String, Object>();
        members.forEach((name, value) -> named.put((String) name, value));
        return named;
    }

    private static void write(String text, StringBuilder json) {
        json.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"', '\\' -> json.append('\\').append(c);
                case '\b' -> json.append("\\b");
                case '\t' -> json.append("\\t");
                case '\n' -> json.append("\\n");
                case '\f' -> json.append("\\f");
                case '\r' -> json.append("\\r");
                default -> {
                    if (c < ' ') {
                        json.append(String.format("\\u%04x", (int) c));
                    } else {
                        json.append(c);
                    }
                }
            }
        }
        json.append('"');
    }
}
