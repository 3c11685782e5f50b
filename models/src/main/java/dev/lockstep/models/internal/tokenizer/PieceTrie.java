package dev.lockstep.models.internal.tokenizer;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.lockstep.loader.StringTable;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.function.IntPredicate;

/**
 * Strings by their first bytes: a trie whose edges lie in one hash table, twelve bytes and a third for each. Nodes are numbers,
 * {@link #ROOT} the first. Immutable.
 */
final class PieceTrie {
    /** {@link #longest}: nothing begins here. */
    static final long NONE = -1;

    static final int ROOT = 0;

    /** {@link #child}: no string goes on like this. No edge leads to the root. */
    static final int NO_CHILD = 0;

    /**
     * The most bytes accepted in all strings together; each may take up to 36 bytes of heap. The largest multilingual vocabularies have
     * some 2 MiB.
     */
    static final int MAX_TOTAL_BYTES = 3 << 20;

    private static final int SMALLEST_SLOTS = 64;

    /** {@code (256)}: the nodes below the root, most visited of all; 0 where there is none. */
    private final int[] first = new int[256];

    /** {@code (power of two)}: {@code node << 8 | byte} of the other edges, valid where {@link #targets} is not 0. */
    private long[] edges = new long[SMALLEST_SLOTS];

    /** {@code (power of two)}: the node an edge leads to, or 0. */
    private int[] targets = new int[SMALLEST_SLOTS];

    /** {@code (nodes)}: the string that ends at a node, or -1. */
    private int[] ids = new int[SMALLEST_SLOTS];

    private int nodes = 1;

    /**
     * Collects the strings that {@code included} accepts, without their first {@code skipped} bytes; of equal ones, the lowest id.
     * Empty ones are left out. Whoever calls has bounded the length of each.
     *
     * @throws dev.lockstep.loader.ModelFormatException if they have more than {@link #MAX_TOTAL_BYTES} together
     */
    PieceTrie(Vocabulary v, StringTable strings, int skipped, IntPredicate included) {
        Arrays.fill(ids, -1);
        long bytes = 0;
        for (int id = 0; id < strings.size(); id++) {
            if (strings.length(id) > skipped && included.test(id)) {
                bytes += strings.length(id) - skipped;
                if (bytes > MAX_TOTAL_BYTES) {
                    throw v.fault(Vocabulary.TOKENS, "tokens of one kind have more than " + MAX_TOTAL_BYTES + " bytes together");
                }
                insert(strings, skipped, id);
            }
        }
    }

    private void insert(StringTable strings, int skipped, int id) {
        int node = ROOT;
        for (int i = skipped; i < strings.length(id); i++) {
            node = childOrNew(node, strings.byteAt(id, i));
        }
        if (ids[node] < 0) {
            ids[node] = id;
        }
    }

    private int childOrNew(int node, byte next) {
        if (node == ROOT) {
            if (first[next & 0xFF] == NO_CHILD) {
                first[next & 0xFF] = newNode();
            }
            return first[next & 0xFF];
        }
        int slot = slot(edge(node, next));
        if (targets[slot] == NO_CHILD) {
            edges[slot] = edge(node, next);
            targets[slot] = newNode();
            if (nodes >= targets.length / 4 * 3) {
                grow();
            }
        }
        return child(node, next);
    }

    private int newNode() {
        if (nodes == ids.length) {
            ids = Arrays.copyOf(ids, 2 * nodes);
            Arrays.fill(ids, nodes, ids.length, -1);
        }
        return nodes++;
    }

    private void grow() {
        long[] oldEdges = edges;
        int[] oldTargets = targets;
        edges = new long[2 * oldEdges.length];
        targets = new int[edges.length];
        for (int i = 0; i < oldTargets.length; i++) {
            if (oldTargets[i] != NO_CHILD) {
                int slot = slot(oldEdges[i]);
                edges[slot] = oldEdges[i];
                targets[slot] = oldTargets[i];
            }
        }
    }

    /** The slot that holds an edge, or the free one where it would go. */
    private int slot(long edge) {
        int slot = Hashing.of((int) (edge >>> 8), (int) edge & 0xFF) & targets.length - 1;
        while (targets[slot] != NO_CHILD && edges[slot] != edge) {
            slot = slot + 1 & targets.length - 1;
        }
        return slot;
    }

    private static long edge(int node, byte next) {
        return (long) node << 8 | next & 0xFF;
    }

    /** Where the strings of {@code node} that go on with {@code next} are; or {@link #NO_CHILD}. */
    int child(int node, byte next) {
        return node == ROOT ? first[next & 0xFF] : targets[slot(edge(node, next))];
    }

    /** The id of the string that ends at {@code node}, or -1. */
    int id(int node) {
        return ids[node];
    }

    boolean isEmpty() {
        return nodes == 1;
    }

    /** The longest string that begins at {@code at}: its id, and its length in bytes in the high 32 bits; or {@link #NONE}. */
    long longest(MemorySegment text, long at, long end) {
        long best = NONE;
        int node = ROOT;
        for (long i = at; i < end; i++) {
            node = child(node, text.get(JAVA_BYTE, i));
            if (node == NO_CHILD) {
                break;
            }
            if (ids[node] >= 0) {
                best = i + 1 - at << 32 | ids[node];
            }
        }
        return best;
    }
}
