package dev.lockstep.loader.internal.text;

import java.util.Collection;
import java.util.stream.Collectors;

/** Text from files made fit for messages: what could steer a terminal or forge a log line is shown as an escape. */
public final class Printable {
    /** More names than this help nobody; the rest is counted. */
    private static final int MAX_NAMES = 10;

    /** A hostile file can hold names of megabytes. */
    private static final int MAX_NAME_LENGTH = 200;
    private static final int MAX_TEXT_LENGTH = 4_000;

    private Printable() {
    }

    public static String text(String text) {
        var printable = new StringBuilder();
        cut(text, MAX_TEXT_LENGTH).codePoints().forEach(c -> {
            if (isHarmless(c)) {
                printable.appendCodePoint(c);
            } else {
                printable.append(String.format("\\u%04x", c));
            }
        });
        return printable.toString();
    }

    private static boolean isHarmless(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }

    /** {@code "a", "b" and 3 more}. */
    public static String list(Collection<String> names) {
        String shown = names.stream()
                .limit(MAX_NAMES)
                .map(name -> '"' + cut(name, MAX_NAME_LENGTH) + '"')
                .collect(Collectors.joining(", "));
        return names.size() <= MAX_NAMES ? shown : shown + " and " + (names.size() - MAX_NAMES) + " more";
    }

    private static String cut(String text, int length) {
        return text.length() <= length ? text : text.substring(0, length) + "…";
    }
}
