package dev.lockstep.models.internal.template;

import dev.lockstep.securemem.SecureArena;
import java.lang.foreign.MemorySegment;

/** The memory of one rendering's texts, in a borrowed {@link SecureArena}: taken in chunks, given back all at once. */
final class TextMemory {
    /** Cells of the first chunk: 16 KiB, enough for a short conversation. */
    private static final long FIRST_CHUNK = 4096;
    /** Cells; longer texts get a chunk of their own. */
    private static final long LARGEST_CHUNK = 1 << 20;

    private final SecureArena arena;
    private final Budget budget;
    private MemorySegment chunk = MemorySegment.NULL;
    private long chunkCells;
    private long used;

    TextMemory(SecureArena arena, Budget budget) {
        this.arena = arena;
        this.budget = budget;
    }

    Budget budget() {
        return budget;
    }

    /** @return int32, shape (cells), zeros */
    MemorySegment allocate(long cells) {
        budget.takeCharacters(cells);
        if (cells > chunkCells - used) {
            chunkCells = Math.max(cells, Math.clamp(2 * chunkCells, FIRST_CHUNK, LARGEST_CHUNK));
            chunk = arena.allocate(chunkCells * Integer.BYTES);
            used = 0;
        }
        MemorySegment taken = chunk.asSlice(used * Integer.BYTES, cells * Integer.BYTES);
        used += cells;
        return taken;
    }

    TextBuilder builder() {
        return new TextBuilder(this);
    }
}
