package dev.lockstep.models.internal.template;

import java.util.function.Function;

/** Numbers that are spelled in texts. Longer ones than any number needs are none. */
final class Numbers {
    /** Chars: a whole number of 64 bits has 20, the longest double some hundreds, but nobody writes that. */
    private static final int MAX_CHARS = 64;

    private Numbers() {
    }

    /** Null if the text is no whole number of 64 bits. */
    static Long whole(Text text) {
        return parsed(text, "+-0123456789_", Long::valueOf);
    }

    /** Null if the text is no number. */
    static Double real(Text text) {
        return parsed(text, "+-.0123456789_eE", Double::valueOf);
    }

    private static <T> T parsed(Text text, String chars, Function<String, T> parser) {
        String digits = ascii(text);
        if (digits == null || !isNumber(digits, chars)) {
            return null;
        }
        try {
            return parser.apply(digits.replace("_", ""));
        } catch (NumberFormatException e) {
            return null;
        }
    }

    /** Python allows single underscores between digits. */
    private static boolean isNumber(String text, String chars) {
        return !text.isEmpty() && text.chars().allMatch(c -> chars.indexOf(c) >= 0) && !text.startsWith("_") && !text.endsWith("_")
                && !text.contains("__");
    }

    /** The text without white space around it; null if it is too long or not ASCII. */
    private static String ascii(Text text) {
        Text trimmed = TextFilters.strip(text, null, true, true);
        if (trimmed.length() > MAX_CHARS) {
            return null;
        }
        var ascii = new StringBuilder();
        for (int i = 0; i < trimmed.length(); i++) {
            if (trimmed.codePoint(i) > 0x7F) {
                return null;
            }
            ascii.append((char) trimmed.codePoint(i));
        }
        return ascii.toString();
    }
}
