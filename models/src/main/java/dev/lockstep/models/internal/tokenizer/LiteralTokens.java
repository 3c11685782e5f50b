package dev.lockstep.models.internal.tokenizer;

import dev.lockstep.loader.StringTable;
import java.lang.foreign.MemorySegment;
import java.util.function.IntPredicate;

/** Tokens that are matched literally before anything else is done to a text, the longest one at the leftmost place. Immutable. */
final class LiteralTokens {
    /** {@link #match}: nothing begins here. */
    static final long NONE = PieceTrie.NONE;

    /**
     * The longest one accepted, in bytes. A match is tried at every position, so this bounds the work per byte of text;
     * real ones are words in angle brackets and runs of blanks.
     */
    static final int MAX_BYTES = 512;

    /** The most bytes accepted in all user-defined ones together: real vocabularies have a few thousand of a few bytes. */
    private static final int MAX_USER_DEFINED_BYTES = 1 << 20;

    private final PieceTrie trie;

    /**
     * Collects the tokens that {@code included} accepts; of equal ones, the lowest id. Empty ones are never matched.
     *
     * @param strings what is matched, by id
     * @param kind what they are called in messages
     * @param maxTotalBytes the most that they may have together
     * @throws dev.lockstep.loader.ModelFormatException if they have more, or one is longer than {@link #MAX_BYTES}
     */
    private LiteralTokens(Vocabulary v, StringTable strings, String kind, int maxTotalBytes, IntPredicate included) {
        int bytes = 0;
        for (int id = 0; id < strings.size(); id++) {
            if (included.test(id)) {
                int length = strings.length(id);
                if (length > MAX_BYTES) {
                    throw v.fault(Vocabulary.TOKENS, kind + " token " + id + " has " + length + " bytes, the limit is " + MAX_BYTES);
                }
                bytes += length;
                if (bytes > maxTotalBytes) {
                    throw v.fault(Vocabulary.TOKENS, "the " + kind + " tokens have more than " + maxTotalBytes + " bytes together");
                }
            }
        }
        trie = new PieceTrie(v, strings, 0, included);
    }

    /** Those of any text: the user-defined ones, by the text they stand for. */
    static LiteralTokens userDefined(Vocabulary v, Pieces pieces) {
        return new LiteralTokens(v, pieces.texts(), "user-defined", MAX_USER_DEFINED_BYTES,
                id -> pieces.type(id) == TokenType.USER_DEFINED);
    }

    /** Those of markup only: control and unknown tokens, which stand for no text, by their spelling. */
    static LiteralTokens control(Vocabulary v, Pieces pieces) {
        return new LiteralTokens(v, pieces.spellings(), "control", PieceTrie.MAX_TOTAL_BYTES,
                id -> pieces.type(id) == TokenType.CONTROL || pieces.type(id) == TokenType.UNKNOWN);
    }

    boolean isEmpty() {
        return trie.isEmpty();
    }

    /** The longest token that begins at {@code at}: its id, and its length in bytes in the high 32 bits; or {@link #NONE}. */
    long match(MemorySegment text, long at, long end) {
        return trie.longest(text, at, end);
    }
}
