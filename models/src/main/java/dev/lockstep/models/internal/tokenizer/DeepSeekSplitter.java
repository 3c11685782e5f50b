package dev.lockstep.models.internal.tokenizer;

import java.lang.foreign.MemorySegment;

/**
 * The last step of DeepSeek 3, after numbers and East Asian text were cut out, written out as a matcher:
 *
 * <pre>[!-/:-@\[-`{-~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+</pre>
 *
 * <p>What none of them matches (a control character, a number) is a stretch, together with what else is not matched after it.
 */
final class DeepSeekSplitter implements Splitter {
    private static final int LETTERS = CharClass.LETTER | CharClass.MARK;
    private static final int SYMBOLS = CharClass.PUNCTUATION | CharClass.SYMBOL;

    @Override
    public int next(MemorySegment text, int start, int end) {
        int at = matchEnd(text, start, end);
        if (at > start) {
            return at;
        }
        do {
            at += Utf8.unit(text, at, end);
        } while (at < end && matchEnd(text, at, end) == at);
        return at;
    }

    /** One past the match at {@code start}; or {@code start}. */
    private static int matchEnd(MemorySegment text, int start, int end) {
        int kind = CharClass.at(text, start, end);
        int after = start + Utf8.unit(text, start, end);
        if ((kind & SYMBOLS) != 0 && PieceTokenizer.byteAt(text, start) < 0x80 && isAsciiLetter(text, after, end)) {
            int at = after;
            while (isAsciiLetter(text, at, end)) {
                at++;
            }
            return at;
        }
        boolean any = (kind & (CharClass.LETTER | SYMBOLS)) == 0 && !Splitter.isLineBreak(text, start);
        if (any && CharClass.isAt(text, after, end, LETTERS)) {
            return CharClass.runEnd(text, after, end, LETTERS);
        }
        if ((kind & LETTERS) != 0) {
            return CharClass.runEnd(text, start, end, LETTERS);
        }
        boolean space = PieceTokenizer.byteAt(text, start) == ' ' && CharClass.isAt(text, after, end, SYMBOLS);
        if (space || (kind & SYMBOLS) != 0) {
            int at = CharClass.runEnd(text, space ? after : start, end, SYMBOLS);
            while (at < end && Splitter.isLineBreak(text, at)) {
                at++;
            }
            return at;
        }
        return kind == CharClass.BLANK ? Splitter.lineBlanksEnd(text, start, end) : start;
    }

    private static boolean isAsciiLetter(MemorySegment text, int at, int end) {
        int value = at < end ? PieceTokenizer.byteAt(text, at) | 0x20 : 0;
        return value >= 'a' && value <= 'z';
    }
}
