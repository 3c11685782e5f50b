package dev.lockstep.models.internal.tokenizer;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.lockstep.loader.StringTable;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * The tokens that are matched literally in a text, as a trie whose edges lie in one hash table. Immutable.
 */
final class UserDefinedTokens {
    /** {@link #match}: nothing begins here. */
    static final long NONE = -1;

    /**
     * The longest one accepted, in bytes. A match is tried at every position, so this bounds the work per byte of text;
     * real ones are words in angle brackets and runs of blanks.
     */
    static final int MAX_BYTES = 512;

    /**
     * The most bytes accepted in all of them together. The trie takes up to 36 bytes of heap for each; real vocabularies have
     * a few thousand such tokens of a few bytes.
     */
    static final int MAX_TOTAL_BYTES = 1 << 20;

    private static final int ROOT = 0;

    /** {@code (256)}: whether any token begins with this byte; most positions of a text end here. */
    private final boolean[] begins = new boolean[256];

    /** {@code (slots)}: {@code node << 8 | byte}, valid where {@link #targets} is not 0. */
    private final long[] edges;

    /** {@code (slots)}: the node an edge leads to; no edge leads to the root, so 0 is free. */
    private final int[] targets;

    /** {@code (nodes)}: the token that ends at a node, or -1. */
    private final int[] tokens;

    private int nodes = 1;

    /**
     * Collects the user-defined tokens; of equal ones, the lowest id. Empty ones are never matched.
     *
     * @throws dev.lockstep.loader.ModelFormatException if one is longer than {@link #MAX_BYTES}, or all of them together
     *     longer than {@link #MAX_TOTAL_BYTES}
     */
    UserDefinedTokens(Vocabulary v, Pieces pieces) {
        int bytes = totalBytes(v, pieces);
        edges = new long[Hashing.slotCount(bytes)];
        targets = new int[edges.length];
        tokens = new int[bytes + 1];
        Arrays.fill(tokens, -1);
        for (int id = 0; id < pieces.size(); id++) {
            if (isMatched(pieces, id)) {
                insert(pieces.texts(), id);
            }
        }
    }

    private static int totalBytes(Vocabulary v, Pieces pieces) {
        int bytes = 0;
        for (int id = 0; id < pieces.size(); id++) {
            if (isMatched(pieces, id)) {
                int length = pieces.texts().length(id);
                if (length > MAX_BYTES) {
                    throw v.fault(Vocabulary.TOKENS, "user-defined token " + id + " has " + length
                            + " bytes, the limit is " + MAX_BYTES);
                }
                bytes += length;
                if (bytes > MAX_TOTAL_BYTES) {
                    throw v.fault(Vocabulary.TOKENS,
                            "the user-defined tokens have more than " + MAX_TOTAL_BYTES + " bytes together");
                }
            }
        }
        return bytes;
    }

    private static boolean isMatched(Pieces pieces, int id) {
        return pieces.type(id) == TokenType.USER_DEFINED && pieces.texts().length(id) > 0;
    }

    private void insert(StringTable texts, int id) {
        begins[texts.byteAt(id, 0) & 0xFF] = true;
        int node = ROOT;
        for (int i = 0; i < texts.length(id); i++) {
            node = child(node, texts.byteAt(id, i));
        }
        if (tokens[node] < 0) {
            tokens[node] = id;
        }
    }

    private int child(int node, byte next) {
        int slot = slot(node, next);
        if (targets[slot] == 0) {
            edges[slot] = edge(node, next);
            targets[slot] = nodes++;
        }
        return targets[slot];
    }

    /** The slot that holds an edge, or the free one where it would go. */
    private int slot(int node, byte next) {
        int slot = Hashing.of(node, next) & edges.length - 1;
        while (targets[slot] != 0 && edges[slot] != edge(node, next)) {
            slot = slot + 1 & edges.length - 1;
        }
        return slot;
    }

    private static long edge(int node, byte next) {
        return (long) node << 8 | next & 0xFF;
    }

    boolean isEmpty() {
        return nodes == 1;
    }

    /** The longest token that begins at {@code at}: its id, and its length in bytes in the high 32 bits; or NONE. */
    long match(MemorySegment text, long at, long end) {
        if (!begins[text.get(JAVA_BYTE, at) & 0xFF]) {
            return NONE;
        }
        long best = NONE;
        int node = ROOT;
        for (long i = at; i < end; i++) {
            node = targets[slot(node, text.get(JAVA_BYTE, i))];
            if (node == ROOT) {
                break;
            }
            if (tokens[node] >= 0) {
                best = i + 1 - at << 32 | tokens[node];
            }
        }
        return best;
    }
}
