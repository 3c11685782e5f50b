package dev.lockstep.models.internal.tokenizer;

import java.lang.foreign.MemorySegment;

/**
 * GPT-2's expression, written out as a matcher:
 *
 * <pre>'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+</pre>
 *
 * @param singleDigits whether every number character is cut out before, so that no blank sticks to it
 */
record Gpt2Splitter(boolean singleDigits) implements PreTokenizer.Splitter {
    @Override
    public int next(MemorySegment text, int start, int end) {
        int contraction = PreTokenizer.contraction(text, start, end, false);
        if (contraction > 0) {
            return start + contraction;
        }
        CharKind kind = CharKind.at(text, start, end);
        if (PieceTokenizer.byteAt(text, start) == ' ' && start + 1 < end) {
            CharKind second = CharKind.at(text, start + 1, end);
            if (second != CharKind.BLANK && !cutsOut(second)) {
                return second.runEnd(text, start + 1, end);
            }
        }
        if (kind == CharKind.BLANK) {
            return blanksEnd(text, start, end);
        }
        return cutsOut(kind) ? start + Utf8.unit(text, start, end) : kind.runEnd(text, start, end);
    }

    private boolean cutsOut(CharKind kind) {
        return singleDigits && kind == CharKind.NUMBER;
    }

    /** A run of blanks; where text follows, it leaves its last blank to that. */
    private int blanksEnd(MemorySegment text, int start, int end) {
        int at = start;
        int last = start;
        while (at < end && CharKind.at(text, at, end) == CharKind.BLANK) {
            last = at;
            at += Utf8.unit(text, at, end);
        }
        boolean followed = at < end && !cutsOut(CharKind.at(text, at, end));
        return followed && last > start ? last : at;
    }
}
