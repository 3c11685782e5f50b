package dev.lockstep.models.internal.template;

/** What a backslash means in a string of a template: the same as in Python. */
final class Escapes {
    private final Source source;
    private final int end;
    private final StringBuilder decoded = new StringBuilder();
    private int at;

    private Escapes(Source source, int begin, int end) {
        this.source = source;
        this.at = begin;
        this.end = end;
    }

    /** Decodes the chars of the source from {@code begin} to before {@code end}. */
    static String decode(Source source, int begin, int end) {
        var escapes = new Escapes(source, begin, end);
        while (escapes.at < end) {
            escapes.next();
        }
        return escapes.decoded.toString();
    }

    private void next() {
        char c = source.text().charAt(at++);
        if (Character.isSurrogate(c) && !isHalfOfPair(at - 1)) {
            throw source.fault(at - 1, "half of a surrogate pair");
        }
        if (c != '\\') {
            decoded.append(c);
            return;
        }
        char escaped = source.text().charAt(at++);
        int simple = "\\'\"abfnrtv".indexOf(escaped);
        if (simple >= 0) {
            decoded.append("\\'\"\u0007\b\f\n\r\t\u000B".charAt(simple));
        } else {
            switch (escaped) {
                case '\n' -> { }
                case 'x' -> number(2);
                case 'u' -> number(4);
                case 'U' -> number(8);
                case '0', '1', '2', '3', '4', '5', '6', '7' -> octal();
                default -> other(escaped);
            }
        }
    }

    private boolean isHalfOfPair(int index) {
        String text = source.text();
        return Character.isHighSurrogate(text.charAt(index))
                ? index + 1 < text.length() && Character.isLowSurrogate(text.charAt(index + 1))
                : index > 0 && Character.isHighSurrogate(text.charAt(index - 1));
    }

    private void number(int digits) {
        int value = 0;
        for (int i = 0; i < digits; i++) {
            int digit = at < end ? Character.digit(source.text().charAt(at), 16) : -1;
            if (digit < 0) {
                throw source.fault(at, digits + " hexadecimal digits are expected here");
            }
            value = value << 4 | digit;
            at++;
        }
        append(value);
    }

    private void octal() {
        int value = 0;
        at--;
        for (int i = 0; i < 3 && at < end && "01234567".indexOf(source.text().charAt(at)) >= 0; i++) {
            value = value << 3 | source.text().charAt(at++) - '0';
        }
        append(value);
    }

    private void append(int codePoint) {
        if (!Character.isValidCodePoint(codePoint) || codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE) {
            throw source.fault(at, "this escape stands for no character");
        }
        decoded.appendCodePoint(codePoint);
    }

    /** Python leaves a backslash alone that means nothing. */
    private void other(char escaped) {
        if (escaped == 'N' || escaped > 0x7F) {
            throw source.fault(at - 2, "this escape is not supported");
        }
        decoded.append('\\').append(escaped);
    }
}
