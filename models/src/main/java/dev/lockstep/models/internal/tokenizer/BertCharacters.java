package dev.lockstep.models.internal.tokenizer;

/**
 * What BERT's tokenizer does with single characters, as in
 * <a href="https://github.com/google-research/bert/blob/eedf5716ce1268e56f0a50264a88cafad334ac61/tokenization.py">tokenization.py</a>
 * (BasicTokenizer). The order of the questions counts: a vertical tab is both a control character and a blank, and left out.
 */
final class BertCharacters {
    private static final int REPLACEMENT = 0xFFFD;

    private BertCharacters() { }

    /** Left out: control and format characters but tab and line breaks, private use, U+FFFD, malformed bytes. */
    static boolean isRemoved(int c) {
        if (c == '\t' || c == '\n' || c == '\r') {
            return false;
        }
        if (c == 0 || c == REPLACEMENT || c == Utf8.MALFORMED) {
            return true;
        }
        return switch (Character.getType(c)) {
            case Character.CONTROL, Character.FORMAT, Character.PRIVATE_USE, Character.SURROGATE -> true;
            default -> false;
        };
    }

    /** A word of its own: an ideograph of Chinese, Japanese or Korean. */
    static boolean isIdeograph(int c) {
        return c >= 0x4E00 && c <= 0x9FFF || c >= 0x3400 && c <= 0x4DBF || c >= 0x20000 && c <= 0x2A6DF
                || c >= 0x2A700 && c <= 0x2B73F || c >= 0x2B740 && c <= 0x2B81F || c >= 0x2B920 && c <= 0x2CEAF // not 2B820, as in tokenizers
                || c >= 0xF900 && c <= 0xFAFF || c >= 0x2F800 && c <= 0x2FA1F;
    }

    /** A word of its own: Unicode's categories P*, and all of ASCII that is no letter, number or blank. */
    static boolean isPunctuation(int c) {
        if (c < 0x80) {
            return c >= '!' && c <= '/' || c >= ':' && c <= '@' || c >= '[' && c <= '`' || c >= '{' && c <= '~';
        }
        return switch (Character.getType(c)) {
            case Character.CONNECTOR_PUNCTUATION, Character.DASH_PUNCTUATION, Character.START_PUNCTUATION,
                    Character.END_PUNCTUATION, Character.INITIAL_QUOTE_PUNCTUATION, Character.FINAL_QUOTE_PUNCTUATION,
                    Character.OTHER_PUNCTUATION -> true;
            default -> false;
        };
    }

    /** What {@code strip_accents} leaves out of a decomposed character: category Mn. */
    static boolean isAccent(int c) {
        return c >= 0x300 && Character.getType(c) == Character.NON_SPACING_MARK;
    }
}
