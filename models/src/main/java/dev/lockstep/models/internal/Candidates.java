package dev.lockstep.models.internal;

import dev.lockstep.quant.LittleEndian;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;

/**
 * The most probable tokens of a step, in memory of the session: a heap that keeps the best {@code k} of all logits, and sorts
 * them. Equal logits are ordered by id, so the result is the same everywhere.
 *
 * <p>Entries: float32 value and int32 id, 8 bytes each.
 */
final class Candidates {
    private static final long ENTRY_BYTES = Float.BYTES + Integer.BYTES;

    private final MemorySegment entries;
    private int size;

    /** @param capacity the vocabulary's size */
    Candidates(int capacity, SegmentAllocator memory) {
        entries = memory.allocate(capacity * ENTRY_BYTES);
    }

    int size() {
        return size;
    }

    float value(int index) {
        return entries.get(LittleEndian.FLOAT, index * ENTRY_BYTES);
    }

    int id(int index) {
        return entries.get(LittleEndian.INT, index * ENTRY_BYTES + Float.BYTES);
    }

    void setValue(int index, float value) {
        entries.set(LittleEndian.FLOAT, index * ENTRY_BYTES, value);
    }

    /** Drops all but the first {@code count}. */
    void truncate(int count) {
        size = count;
    }

    /** Takes the {@code k} largest of {@code count} logits, largest first. */
    void select(MemorySegment logits, int count, int k) {
        size = 0;
        for (int id = 0; id < count; id++) {
            float logit = logits.get(LittleEndian.FLOAT, (long) id * Float.BYTES);
            if (size < k) {
                set(size, logit, id);
                siftUp(size++);
            } else if (isWorse(value(0), id(0), logit, id)) {
                set(0, logit, id);
                siftDown(size);
            }
        }
        sort();
    }

    /** Heap sort: the worst goes to the end, again and again. */
    private void sort() {
        for (int end = size - 1; end > 0; end--) {
            swap(0, end);
            siftDown(end);
        }
    }

    private void siftUp(int index) {
        int child = index;
        while (child > 0 && isWorse(child, (child - 1) / 2)) {
            swap(child, (child - 1) / 2);
            child = (child - 1) / 2;
        }
    }

    /** Restores the heap of the first {@code count} entries, of which only the root may be out of place. */
    private void siftDown(int count) {
        int parent = 0;
        while (2 * parent + 1 < count) {
            int child = 2 * parent + 1;
            if (child + 1 < count && isWorse(child + 1, child)) {
                child++;
            }
            if (!isWorse(child, parent)) {
                return;
            }
            swap(child, parent);
            parent = child;
        }
    }

    private boolean isWorse(int a, int b) {
        return isWorse(value(a), id(a), value(b), id(b));
    }

    private static boolean isWorse(float value, int id, float otherValue, int otherId) {
        return value != otherValue ? value < otherValue : id > otherId;
    }

    private void set(int index, float value, int id) {
        setValue(index, value);
        entries.set(LittleEndian.INT, index * ENTRY_BYTES + Float.BYTES, id);
    }

    private void swap(int a, int b) {
        float value = value(a);
        int id = id(a);
        set(a, value(b), id(b));
        set(b, value, id);
    }

    /** Overwrites everything with zeros. */
    void zero() {
        entries.fill((byte) 0);
        size = 0;
    }
}
