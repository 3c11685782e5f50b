package dev.lockstep.models.internal.tokenizer;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** The four kinds of characters that pre-tokenizers tell apart, as in {@code \p{L}}, {@code \p{N}} and {@code \s}. */
enum CharKind {
    /** Unicode's categories L*. */
    LETTER,
    /** Unicode's categories N*. */
    NUMBER,
    /** Unicode's White_Space. */
    BLANK,
    /** Everything else, malformed bytes too. */
    OTHER;

    /** {@code (128)}: ASCII, where most text is. */
    private static final CharKind[] ASCII = new CharKind[128];

    static {
        Arrays.setAll(ASCII, CharKind::unicode);
    }

    static CharKind of(int codePoint) {
        return codePoint < ASCII.length ? ASCII[codePoint] : unicode(codePoint);
    }

    /** The kind of the unit of text at {@code at}. */
    static CharKind at(MemorySegment text, int at, int end) {
        return of(Utf8.codePoint(text, at, Utf8.unit(text, at, end)));
    }

    /** One past the last of the units of this kind from {@code start} on. */
    int runEnd(MemorySegment text, int start, int end) {
        int at = start;
        while (at < end && at(text, at, end) == this) {
            at += Utf8.unit(text, at, end);
        }
        return at;
    }

    private static CharKind unicode(int codePoint) {
        if (isWhiteSpace(codePoint)) {
            return BLANK;
        }
        return switch (Character.getType(codePoint)) {
            case Character.UPPERCASE_LETTER, Character.LOWERCASE_LETTER, Character.TITLECASE_LETTER,
                    Character.MODIFIER_LETTER, Character.OTHER_LETTER -> LETTER;
            case Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER -> NUMBER;
            default -> OTHER;
        };
    }

    /** Java's own notions leave out the no-break spaces or U+0085. */
    private static boolean isWhiteSpace(int codePoint) {
        return codePoint >= 0x09 && codePoint <= 0x0D || codePoint == 0x85 || Character.isSpaceChar(codePoint);
    }
}
