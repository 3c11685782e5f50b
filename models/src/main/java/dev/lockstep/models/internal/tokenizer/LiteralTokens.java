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

    /**
     * The most bytes accepted in all of them together. The trie takes up to 32 bytes of heap for each; real vocabularies have
     * a few thousand such tokens of a few bytes.
     */
    static final int MAX_TOTAL_BYTES = 1 << 20;

    private final PieceTrie trie;

    /**
     * Collects the tokens that {@code included} accepts; of equal ones, the lowest id. Empty ones are never matched.
     *
     * @param strings what is matched, by id
     * @param kind what they are called in messages
     * @throws dev.lockstep.loader.ModelFormatException if one is longer than {@link #MAX_BYTES}, or all of them together
     *     longer than {@link #MAX_TOTAL_BYTES}
     */
    private LiteralTokens(Vocabulary v, StringTable strings, String kind, IntPredicate included) {
        int bytes = 0;
        for (int id = 0; id < strings.size(); id++) {
            if (included.test(id)) {
                int length = strings.length(id);
                if (length > MAX_BYTES) {
                    throw v.fault(Vocabulary.TOKENS, kind + " token " + id + " has " + length + " bytes, the limit is " + MAX_BYTES);
                }
                bytes += length;
                if (bytes > MAX_TOTAL_BYTES) {
                    throw v.fault(Vocabulary.TOKENS, "the " + kind + " tokens have more than " + MAX_TOTAL_BYTES + " bytes together");
                }
            }
        }
        trie = new PieceTrie(strings, 0, included);
    }

    /** Those of any text: the user-defined ones, by the text they stand for. */
    static LiteralTokens userDefined(Vocabulary v, Pieces pieces) {
        return new LiteralTokens(v, pieces.texts(), "user-defined", id -> pieces.type(id) == TokenType.USER_DEFINED);
    }

    /** Those of markup only: control and unknown tokens, which stand for no text, by their spelling. */
    static LiteralTokens control(Vocabulary v, Pieces pieces) {
        return new LiteralTokens(v, pieces.spellings(), "control",
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
