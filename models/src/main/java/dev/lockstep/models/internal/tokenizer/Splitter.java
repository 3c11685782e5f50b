package dev.lockstep.models.internal.tokenizer;

import java.lang.foreign.MemorySegment;

/** One step of a pre-tokenizer's rule: cuts text into stretches, one at a time, and reads every byte at most a few times. Stateless. */
@FunctionalInterface
interface Splitter {
    /** One past the last byte of the stretch that begins at {@code start}, which is less than {@code end}. */
    int next(MemorySegment text, int start, int end);

    /** Bytes of the English contraction ('s 't 'm 'd 're 've 'll) that begins at {@code at}, or 0. */
    static int contraction(MemorySegment text, int at, int end, boolean anyCase) {
        if (at >= end || PieceTokenizer.byteAt(text, at) != '\'') {
            return 0;
        }
        int second = at + 2 < end ? letter(text, at + 2, anyCase) : 0;
        return switch (at + 1 < end ? letter(text, at + 1, anyCase) : 0) {
            case 's', 't', 'm', 'd' -> 2;
            case 'r', 'v' -> second == 'e' ? 3 : 0;
            case 'l' -> second == 'l' ? 3 : 0;
            default -> 0;
        };
    }

    private static int letter(MemorySegment text, int at, boolean anyCase) {
        int value = PieceTokenizer.byteAt(text, at);
        return anyCase && value >= 'A' && value <= 'Z' ? value + ('a' - 'A') : value;
    }

    static boolean isLineBreak(MemorySegment text, int at) {
        int value = PieceTokenizer.byteAt(text, at);
        return value == '\n' || value == '\r';
    }

    /** {@code \s+(?!\S)|\s+}: a run of blanks; where text follows, it leaves its last blank to that. */
    static int blanksEnd(MemorySegment text, int start, int end) {
        int at = start;
        int last = start;
        while (CharClass.isAt(text, at, end, CharClass.BLANK)) {
            last = at;
            at += Utf8.unit(text, at, end);
        }
        return at < end && last > start ? last : at;
    }

    /** {@code \s*[\r\n]+|\s+(?!\S)|\s+}: a run of blanks up to its last line break; without one as {@link #blanksEnd}. */
    static int lineBlanksEnd(MemorySegment text, int start, int end) {
        int afterLineBreak = start;
        for (int at = start; CharClass.isAt(text, at, end, CharClass.BLANK);) {
            boolean isBreak = isLineBreak(text, at);
            at += Utf8.unit(text, at, end);
            afterLineBreak = isBreak ? at : afterLineBreak;
        }
        return afterLineBreak > start ? afterLineBreak : blanksEnd(text, start, end);
    }
}
