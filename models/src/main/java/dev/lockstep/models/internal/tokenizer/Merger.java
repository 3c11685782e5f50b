package dev.lockstep.models.internal.tokenizer;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;

/**
 * Byte pair encoding of one stretch of text: joins the best pair of neighbours until no pair can be joined.
 *
 * <p>Symbols are the byte positions where they begin, counted from the start of the stretch: the next symbol begins
 * where one ends, so a chain needs a length and a link back only. Every pair that may be joined waits in a queue, best
 * priority first, leftmost first among equals. Joining two symbols adds the pairs of the new symbol with its neighbours
 * and leaves outdated pairs behind. A queued pair is up to date exactly if its left symbol still begins there and the
 * two symbols together still have the pair's length: symbols only grow, and a left symbol that grew has swallowed all
 * of the right one. With at most two new pairs for each join there are never more than 2n pairs, so n bytes take
 * n log n steps whatever they say.
 *
 * <p>Off-heap memory from the given allocator, 44 bytes per byte of the longest stretch. One caller at a time.
 */
final class Merger {
    /** Which neighbours may be joined. */
    interface Pairs {
        /** The answer for a pair that cannot be joined. */
        long NONE = -1;

        /**
         * The priority (high 32 bits, signed, smaller is better) and the id (low 32 bits, not negative) of the symbol
         * that {@code length} bytes of {@code text} from {@code at} make, now two symbols with the given ids (-1: not
         * in the vocabulary); or {@link #NONE}.
         */
        long join(MemorySegment text, long at, int length, int leftId, int rightId);

        /** Packs an answer. */
        static long of(int priority, int id) {
            return (long) priority << 32 | id;
        }
    }

    private static final int SMALLEST_CAPACITY = 256;

    private final SegmentAllocator memory;
    private final Pairs pairs;

    /** {@code (capacity)} int32 each, by the position where a symbol begins; length 0 = swallowed by its left. */
    private MemorySegment lengths;
    private MemorySegment previous;
    private MemorySegment ids;
    private MergeQueue queue;
    private int capacity;

    private MemorySegment text;
    private long base;
    private int end;
    private int last;

    Merger(SegmentAllocator memory, Pairs pairs) {
        this.memory = memory;
        this.pairs = pairs;
    }

    /** Begins a stretch of {@code length} bytes of {@code text} at {@code base}; it has no symbols yet. */
    void begin(MemorySegment text, long base, int length) {
        this.text = text;
        this.base = base;
        this.end = 0;
        this.last = -1;
        if (length > capacity) {
            // at least doubled: what was given up waits, zeroed in the end, for the arena to close
            capacity = (int) Math.max(length, Math.max(SMALLEST_CAPACITY, Math.min(2L * capacity, Integer.MAX_VALUE)));
            lengths = allocateInts();
            previous = allocateInts();
            ids = allocateInts();
            queue = new MergeQueue(memory, 2L * capacity);
        }
    }

    private MemorySegment allocateInts() {
        return memory.allocate((long) capacity * Integer.BYTES, Integer.BYTES);
    }

    /** Adds the next symbol: {@code length} bytes, and its id or -1. */
    void add(int length, int id) {
        set(lengths, end, length);
        set(previous, end, last);
        set(ids, end, id);
        last = end;
        end += length;
    }

    /** Joins until nothing can be joined. */
    void run() {
        queue.clear();
        for (int right = end == 0 ? 0 : lengthAt(0); right < end; right += lengthAt(right)) {
            offer(get(previous, right));
        }
        while (!queue.isEmpty()) {
            int left = (int) queue.topKey();
            int length = (int) (queue.topValue() >>> 32);
            int id = (int) queue.topValue();
            queue.removeTop();
            if (isCurrent(left, length)) {
                join(left, length, id);
            }
        }
    }

    private boolean isCurrent(int left, int length) {
        int leftLength = lengthAt(left);
        return leftLength != 0 && left + leftLength < end && leftLength + lengthAt(left + leftLength) == length;
    }

    private void join(int left, int length, int id) {
        set(lengths, left + lengthAt(left), 0);
        set(lengths, left, length);
        set(ids, left, id);
        if (left + length < end) {
            set(previous, left + length, left);
            offer(left);
        }
        if (left > 0) {
            offer(get(previous, left));
        }
    }

    /** Queues the symbol at {@code left} with its right neighbour, which exists, if they may be joined. */
    private void offer(int left) {
        int right = left + lengthAt(left);
        int length = right - left + lengthAt(right);
        long pair = pairs.join(text, base + left, length, idAt(left), idAt(right));
        if (pair != Pairs.NONE) {
            queue.push(pair & 0xFFFFFFFF00000000L | left, (long) length << 32 | pair & 0xFFFFFFFFL);
        }
    }

    /** One past the position of the last symbol's last byte. */
    int end() {
        return end;
    }

    /** Length of the symbol that begins at {@code position}, in bytes. */
    int lengthAt(int position) {
        return get(lengths, position);
    }

    /** Id of the symbol that begins at {@code position}, or -1. */
    int idAt(int position) {
        return get(ids, position);
    }

    private static int get(MemorySegment ints, int index) {
        return ints.get(JAVA_INT, (long) index * Integer.BYTES);
    }

    private static void set(MemorySegment ints, int index, int value) {
        ints.set(JAVA_INT, (long) index * Integer.BYTES, value);
    }
}
