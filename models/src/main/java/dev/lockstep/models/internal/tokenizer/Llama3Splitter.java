package dev.lockstep.models.internal.tokenizer;

import java.lang.foreign.MemorySegment;

/**
 * The expression of Llama 3 and, with single digits, of Qwen 2, written out as a matcher:
 *
 * <pre>(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+
 *|\s+(?!\S)|\s+</pre>
 *
 * @param maxDigits the most number characters in a stretch
 */
record Llama3Splitter(int maxDigits) implements PreTokenizer.Splitter {
    @Override
    public int next(MemorySegment text, int start, int end) {
        int contraction = PreTokenizer.contraction(text, start, end, true);
        if (contraction > 0) {
            return start + contraction;
        }
        CharKind kind = CharKind.at(text, start, end);
        if (kind == CharKind.LETTER) {
            return kind.runEnd(text, start, end);
        }
        if (kind == CharKind.NUMBER) {
            return digitsEnd(text, start, end);
        }
        int after = start + Utf8.unit(text, start, end);
        CharKind second = after < end ? CharKind.at(text, after, end) : null;
        if (second == CharKind.LETTER && !isLineBreak(text, start)) {
            return second.runEnd(text, after, end);
        }
        if (kind == CharKind.OTHER) {
            return symbolsEnd(text, start, end);
        }
        if (second == CharKind.OTHER && PieceTokenizer.byteAt(text, start) == ' ') {
            return symbolsEnd(text, after, end);
        }
        return blanksEnd(text, start, end);
    }

    private int digitsEnd(MemorySegment text, int start, int end) {
        int at = start;
        for (int i = 0; i < maxDigits && at < end && CharKind.at(text, at, end) == CharKind.NUMBER; i++) {
            at += Utf8.unit(text, at, end);
        }
        return at;
    }

    /** Symbols, and the line breaks after them. */
    private static int symbolsEnd(MemorySegment text, int start, int end) {
        int at = CharKind.OTHER.runEnd(text, start, end);
        while (at < end && isLineBreak(text, at)) {
            at++;
        }
        return at;
    }

    /** A run of blanks up to its last line break; without one it leaves its last blank to what follows. */
    private static int blanksEnd(MemorySegment text, int start, int end) {
        int at = start;
        int last = start;
        int afterLineBreak = start;
        while (at < end && CharKind.at(text, at, end) == CharKind.BLANK) {
            last = at;
            at += Utf8.unit(text, at, end);
            afterLineBreak = isLineBreak(text, last) ? at : afterLineBreak;
        }
        if (afterLineBreak > start) {
            return afterLineBreak;
        }
        return at < end && last > start ? last : at;
    }

    private static boolean isLineBreak(MemorySegment text, int at) {
        int value = PieceTokenizer.byteAt(text, at);
        return value == '\n' || value == '\r';
    }
}
