package dev.lockstep.models.internal.tokenizer;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;

/**
 * A binary min-heap of possible merges in off-heap memory. An entry is two longs: a key, smallest first, and what goes
 * with it. One caller at a time; the memory is the allocator's.
 */
final class MergeQueue {
    private static final long ENTRY_BYTES = 2 * Long.BYTES;

    private final MemorySegment entries;
    private long size;

    MergeQueue(SegmentAllocator memory, long capacity) {
        entries = memory.allocate(Math.multiplyExact(capacity, ENTRY_BYTES), Long.BYTES);
    }

    void clear() {
        size = 0;
    }

    boolean isEmpty() {
        return size == 0;
    }

    long topKey() {
        return key(0);
    }

    long topValue() {
        return value(0);
    }

    void push(long key, long value) {
        long hole = size++;
        while (hole > 0 && key(hole - 1 >> 1) > key) {
            move(hole - 1 >> 1, hole);
            hole = hole - 1 >> 1;
        }
        put(hole, key, value);
    }

    void removeTop() {
        long key = key(--size);
        long value = value(size);
        long hole = 0;
        while (true) {
            long child = 2 * hole + 1;
            if (child + 1 < size && key(child + 1) < key(child)) {
                child++;
            }
            if (child >= size || key(child) >= key) {
                put(hole, key, value);
                return;
            }
            move(child, hole);
            hole = child;
        }
    }

    private long key(long index) {
        return entries.get(JAVA_LONG, index * ENTRY_BYTES);
    }

    private long value(long index) {
        return entries.get(JAVA_LONG, index * ENTRY_BYTES + Long.BYTES);
    }

    private void move(long from, long to) {
        put(to, key(from), value(from));
    }

    private void put(long index, long key, long value) {
        entries.set(JAVA_LONG, index * ENTRY_BYTES, key);
        entries.set(JAVA_LONG, index * ENTRY_BYTES + Long.BYTES, value);
    }
}
