package dev.lockstep.kernel;

import java.lang.foreign.MemorySegment;

/**
 * The keys and values of one head, for as many positions as there is memory. Borrowed from the session's cache.
 *
 * @param memory {@code layout.byteSize(positions)} bytes from {@code offset}; zeros until something is stored
 * @param offset bytes
 */
public record CachedHead(KvLayout layout, MemorySegment memory, long offset) {
    /** Byte offset of the block that position {@code position} lies in. */
    public long block(int position) {
        return offset + position / KvLayout.BLOCK * layout.blockBytes();
    }
}
