package dev.lockstep.models.internal.tokenizer;

/** Which parts of a text are markup, whose control tokens count, and which are text that is only text. For one walk from left to right. */
final class MarkedText {
    private final long[] textRanges;
    private final long bytes;
    private final boolean hasMarkup;
    private int next;

    /**
     * @param textRanges begin and end of each range that is text, in bytes, ascending and apart; borrowed
     * @throws IllegalArgumentException if they are not
     */
    MarkedText(long[] textRanges, long bytes) {
        this.textRanges = textRanges;
        this.bytes = bytes;
        if (textRanges.length % 2 != 0) {
            throw new IllegalArgumentException("textRanges.length=" + textRanges.length + " is not even");
        }
        long before = 0;
        long textBytes = 0;
        for (int i = 0; i < textRanges.length; i++) {
            if (textRanges[i] < before || textRanges[i] > bytes) {
                throw new IllegalArgumentException("textRanges[" + i + "]=" + textRanges[i] + " is not in " + before + ".." + bytes);
            }
            textBytes += i % 2 == 0 ? 0 : textRanges[i] - before;
            before = textRanges[i];
        }
        hasMarkup = textBytes < bytes;
    }

    static MarkedText allText(long bytes) {
        return new MarkedText(new long[] {0, bytes}, bytes);
    }

    /** Another walk over the same text, from its begin. */
    MarkedText anew() {
        return new MarkedText(textRanges, bytes);
    }

    boolean hasMarkup() {
        return hasMarkup;
    }

    /** One past the last byte of the markup that byte {@code at} is in; or {@code at} if it is in text. Never asked for less than before. */
    long markupEnd(long at) {
        while (next < textRanges.length && (textRanges[next + 1] <= at || textRanges[next] == textRanges[next + 1])) {
            next += 2;
        }
        return next == textRanges.length ? bytes : Math.max(at, textRanges[next]);
    }
}
