package dev.lockstep.models.internal.tokenizer;

import java.lang.foreign.MemorySegment;

/**
 * GPT-2's expression, written out as a matcher:
 *
 * <pre>'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+</pre>
 */
final class Gpt2Splitter implements Splitter {
    @Override
    public int next(MemorySegment text, int start, int end) {
        int contraction = Splitter.contraction(text, start, end, false);
        if (contraction > 0) {
            return start + contraction;
        }
        boolean space = PieceTokenizer.byteAt(text, start) == ' ' && start + 1 < end;
        int first = space ? start + 1 : start;
        int kind = CharClass.at(text, first, end);
        return kind == CharClass.BLANK ? Splitter.blanksEnd(text, start, end) : CharClass.runEnd(text, first, end, run(kind));
    }

    /** The kinds that form a run with {@code kind}. */
    private static int run(int kind) {
        return (kind & CharClass.LETTER) != 0 ? CharClass.LETTER : kind == CharClass.NUMBER ? CharClass.NUMBER : CharClass.OTHER;
    }
}
