package dev.lockstep.models.internal.tokenizer;

import java.lang.foreign.MemorySegment;

/**
 * The expressions of OpenAI's cl100k and o200k and of everybody who took them over, written out as a matcher. With
 * {@code ANY} = {@code [^\r\n\p{L}\p{N}]?} they try in turn
 *
 * <pre>(?i:'s|'t|'re|'ve|'m|'ll|'d)       if contractions are FIRST
 *ANY \p{L}+                         or as {@link #cased} and {@link #letters} say
 *\p{N}{1,maxDigits}
 * ?[^\s\p{L}\p{N}]+[\r\n]*          or as {@link #tail} says
 *\s*[\r\n]+|\s+(?!\S)|\s+</pre>
 *
 * @param contractions where English contractions are cut off
 * @param letters the kinds of characters in words: letters, or marks too
 * @param cased whether a word ends before an upper-case letter that follows a lower-case one; its letters are
 *     {@code [\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+} or the same with {@code +} and {@code *}
 * @param maxDigits the most number characters in a stretch
 * @param tail what goes with the symbols before it
 */
record WordSplitter(Contractions contractions, int letters, boolean cased, int maxDigits, Tail tail) implements Splitter {
    private static final int MARKS_AND_CASELESS = CharClass.CASELESS | CharClass.MARK;
    private static final int UPPER = CharClass.UPPER | MARKS_AND_CASELESS;
    private static final int LOWER = CharClass.LOWER | MARKS_AND_CASELESS;
    private static final int NO_MATCH = -1;

    /** Where a contraction such as 's is cut off: before anything else, after a word as its end, or nowhere. */
    enum Contractions { FIRST, SUFFIX, NONE }

    /** The characters that follow symbols in the same stretch: none, line breaks, or line breaks and slashes. */
    enum Tail { NONE, LINE_BREAKS, LINE_BREAKS_AND_SLASHES }

    @Override
    public int next(MemorySegment text, int start, int end) {
        int contraction = contractions == Contractions.FIRST ? Splitter.contraction(text, start, end, true) : 0;
        if (contraction > 0) {
            return start + contraction;
        }
        int kind = CharClass.at(text, start, end);
        int word = wordEnd(text, start, end, kind);
        if (word != NO_MATCH) {
            return contractions == Contractions.SUFFIX ? word + Splitter.contraction(text, word, end, true) : word;
        }
        if (kind == CharClass.NUMBER) {
            return digitsEnd(text, start, end);
        }
        int symbols = CharClass.OTHER & ~letters;
        if ((kind & symbols) != 0) {
            return symbolsEnd(text, start, end, symbols);
        }
        if (PieceTokenizer.byteAt(text, start) == ' ' && CharClass.isAt(text, start + 1, end, symbols)) {
            return symbolsEnd(text, start + 1, end, symbols);
        }
        return Splitter.lineBlanksEnd(text, start, end);
    }

    private int wordEnd(MemorySegment text, int start, int end, int kind) {
        boolean any = (kind & (CharClass.LETTER | CharClass.NUMBER)) == 0 && !Splitter.isLineBreak(text, start);
        int after = any ? start + Utf8.unit(text, start, end) : start;
        if (cased) {
            return casedWordEnd(text, start, after, end);
        }
        if (any && CharClass.isAt(text, after, end, letters)) {
            return CharClass.runEnd(text, after, end, letters);
        }
        return (kind & letters) != 0 ? CharClass.runEnd(text, start, end, letters) : NO_MATCH;
    }

    /** Both alternatives, each first with the character that {@code ANY} takes, then without. */
    private static int casedWordEnd(MemorySegment text, int start, int after, int end) {
        int word = lowerEnd(text, after, end);
        if (word == NO_MATCH && after > start) {
            word = lowerEnd(text, start, end);
        }
        if (word != NO_MATCH) {
            return word;
        }
        // no lower-case letter follows and none is without case: what is left is a run of capitals
        int capitals = CharClass.runEnd(text, after, end, UPPER);
        return capitals > after ? capitals : NO_MATCH;
    }

    /** {@code UPPER*LOWER+}: the upper run gives back what it must, up to its last character without case. */
    private static int lowerEnd(MemorySegment text, int start, int end) {
        int at = start;
        int afterCaseless = NO_MATCH;
        while (CharClass.isAt(text, at, end, UPPER)) {
            boolean caseless = CharClass.isAt(text, at, end, MARKS_AND_CASELESS);
            at += Utf8.unit(text, at, end);
            afterCaseless = caseless ? at : afterCaseless;
        }
        return CharClass.isAt(text, at, end, CharClass.LOWER) ? CharClass.runEnd(text, at, end, LOWER) : afterCaseless;
    }

    private int digitsEnd(MemorySegment text, int start, int end) {
        int at = start;
        for (int i = 0; i < maxDigits && CharClass.isAt(text, at, end, CharClass.NUMBER); i++) {
            at += Utf8.unit(text, at, end);
        }
        return at;
    }

    private int symbolsEnd(MemorySegment text, int start, int end, int symbols) {
        int at = CharClass.runEnd(text, start, end, symbols);
        while (at < end && isTail(text, at)) {
            at++;
        }
        return at;
    }

    private boolean isTail(MemorySegment text, int at) {
        return switch (tail) {
            case NONE -> false;
            case LINE_BREAKS -> Splitter.isLineBreak(text, at);
            case LINE_BREAKS_AND_SLASHES -> Splitter.isLineBreak(text, at) || PieceTokenizer.byteAt(text, at) == '/';
        };
    }
}
