package dev.lockstep.models.internal.tokenizer;

import java.lang.foreign.MemorySegment;

/**
 * The kinds of characters that pre-tokenizers tell apart, as bits: every unit of text is of one kind, and a set of kinds is their sum.
 * Unicode's categories, as of the JDK.
 */
final class CharClass {
    /** Categories Lu and Lt. */
    static final int UPPER = 1;
    /** Category Ll. */
    static final int LOWER = 1 << 1;
    /** Categories Lm and Lo: letters without case. */
    static final int CASELESS = 1 << 2;
    /** {@code \p{M}}. */
    static final int MARK = 1 << 3;
    /** {@code \p{N}}. */
    static final int NUMBER = 1 << 4;
    /** {@code \s}: Unicode's White_Space. */
    static final int BLANK = 1 << 5;
    /** {@code \p{P}}. */
    static final int PUNCTUATION = 1 << 6;
    /** {@code \p{S}}. */
    static final int SYMBOL = 1 << 7;
    /** Everything else, malformed bytes too. */
    static final int REST = 1 << 8;

    /** {@code \p{L}}. */
    static final int LETTER = UPPER | LOWER | CASELESS;
    /** {@code [^\s\p{L}\p{N}]}. */
    static final int OTHER = MARK | PUNCTUATION | SYMBOL | REST;

    /** {@code (128)}: ASCII, where most text is. */
    private static final short[] ASCII = new short[128];

    static {
        for (int c = 0; c < ASCII.length; c++) {
            ASCII[c] = (short) unicode(c);
        }
    }

    private CharClass() { }

    static int of(int codePoint) {
        return codePoint < ASCII.length ? ASCII[codePoint] : unicode(codePoint);
    }

    /** The kind of the unit of text at {@code at}. */
    static int at(MemorySegment text, int at, int end) {
        int first = PieceTokenizer.byteAt(text, at);
        return first < ASCII.length ? ASCII[first] : unicode(Utf8.codePoint(text, at, Utf8.unit(text, at, end)));
    }

    /** True if the unit of text at {@code at}, if there is one, is of a kind in {@code kinds}. */
    static boolean isAt(MemorySegment text, int at, int end, int kinds) {
        return at < end && (at(text, at, end) & kinds) != 0;
    }

    /** One past the last of the units of {@code kinds} from {@code start} on. */
    static int runEnd(MemorySegment text, int start, int end, int kinds) {
        int at = start;
        while (at < end) {
            int first = PieceTokenizer.byteAt(text, at);
            int unit = first < ASCII.length ? 1 : Utf8.unit(text, at, end);
            int kind = first < ASCII.length ? ASCII[first] : unicode(Utf8.codePoint(text, at, unit));
            if ((kind & kinds) == 0) {
                break;
            }
            at += unit;
        }
        return at;
    }

    private static int unicode(int codePoint) {
        if (isWhiteSpace(codePoint)) {
            return BLANK;
        }
        return switch (Character.getType(codePoint)) {
            case Character.UPPERCASE_LETTER, Character.TITLECASE_LETTER -> UPPER;
            case Character.LOWERCASE_LETTER -> LOWER;
            case Character.MODIFIER_LETTER, Character.OTHER_LETTER -> CASELESS;
            case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK, Character.COMBINING_SPACING_MARK -> MARK;
            case Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER -> NUMBER;
            case Character.CONNECTOR_PUNCTUATION, Character.DASH_PUNCTUATION, Character.START_PUNCTUATION, Character.END_PUNCTUATION,
                    Character.INITIAL_QUOTE_PUNCTUATION, Character.FINAL_QUOTE_PUNCTUATION, Character.OTHER_PUNCTUATION -> PUNCTUATION;
            case Character.MATH_SYMBOL, Character.CURRENCY_SYMBOL, Character.MODIFIER_SYMBOL, Character.OTHER_SYMBOL -> SYMBOL;
            default -> REST;
        };
    }

    /** Java's own notions leave out the no-break spaces or U+0085. */
    private static boolean isWhiteSpace(int codePoint) {
        return codePoint >= 0x09 && codePoint <= 0x0D || codePoint == 0x85 || Character.isSpaceChar(codePoint);
    }
}
