package dev.lockstep.loader.internal;

import dev.lockstep.quant.PanelLayout;
import dev.lockstep.securemem.SecureArena;
import java.lang.foreign.MemorySegment;

/**
 * Memory that is taken when panels need it.
 *
 * @param arena the caller's
 */
public record FreshMemory(SecureArena arena) implements PanelMemory {
    /** In pieces as large as those of a copy, so that they are given back as easily. */
    @Override
    public boolean isInOneChunk(long offset, long count) {
        return count <= PrivateCopy.CHUNK_BYTES;
    }

    @Override
    public MemorySegment place(long offset, long count) {
        return arena.allocate(count + PanelLayout.READ_SLACK);
    }
}
