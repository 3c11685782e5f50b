package dev.lockstep.models.internal.tokenizer;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.lockstep.securemem.SecureArena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;

/** A growing list of token ids in off-heap memory. One caller at a time; the memory is the allocator's. */
final class IdBuffer {
    private final SegmentAllocator memory;
    private MemorySegment ids;
    private long bytes;

    IdBuffer(SegmentAllocator memory, long expected) {
        this.memory = memory;
        this.ids = memory.allocate(Math.max(16, expected) * Integer.BYTES, Integer.BYTES);
    }

    void add(int id) {
        if (bytes == ids.byteSize()) {
            MemorySegment larger = memory.allocate(2 * bytes, Integer.BYTES);
            MemorySegment.copy(ids, 0, larger, 0, bytes);
            ids = larger;
        }
        ids.set(JAVA_INT, bytes, id);
        bytes += Integer.BYTES;
    }

    /** How many ids there are. */
    long size() {
        return bytes / Integer.BYTES;
    }

    /** Drops all ids but the first {@code size}. */
    void truncate(long size) {
        bytes = size * Integer.BYTES;
    }

    /** Turns the ids from {@code first} on around. */
    void reverse(long first) {
        long low = first * Integer.BYTES;
        for (long high = bytes - Integer.BYTES; low < high; high -= Integer.BYTES) {
            int id = ids.get(JAVA_INT, low);
            ids.set(JAVA_INT, low, ids.get(JAVA_INT, high));
            ids.set(JAVA_INT, high, id);
            low += Integer.BYTES;
        }
    }

    /** A copy of exactly the ids, allocated in {@code arena}. */
    MemorySegment copyTo(SecureArena arena) {
        return arena.allocate(bytes, Integer.BYTES).copyFrom(ids.asSlice(0, bytes));
    }
}
