package dev.lockstep.loader.internal.translate;

import dev.lockstep.securemem.SecureArena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;

/** Memory in which rows are computed: one piece for each thread that is at work. Borrows an arena. Thread-safe. */
final class Scratch {
    private final SecureArena arena;
    private final long byteSize;
    private final ConcurrentLinkedQueue<MemorySegment> free = new ConcurrentLinkedQueue<>();

    /** @param byteSize of each piece */
    Scratch(SecureArena arena, long byteSize) {
        this.arena = arena;
        this.byteSize = byteSize;
    }

    /** Bytes that {@code count} bytes take if something aligned follows them. */
    static long padded(long count) {
        return Math.multiplyExact(Math.ceilDiv(count, SecureArena.ALIGNMENT), SecureArena.ALIGNMENT);
    }

    /** Lends a piece for one task. */
    void lend(Consumer<MemorySegment> task) {
        MemorySegment taken = free.poll();
        MemorySegment piece = taken != null ? taken : arena.allocate(byteSize);
        try {
            task.accept(piece);
        } finally {
            free.add(piece);
        }
    }
}
