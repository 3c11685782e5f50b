package dev.lockstep.securemem;

import java.lang.foreign.Arena;

/** Where the memory of arenas comes from. */
sealed interface BlockAllocator permits PlainBlocks, GuardedBlocks, RefusedBlocks {
    /**
     * Allocates zero-filled memory.
     *
     * @param owner frees it when it is closed
     * @param byteAlignment a power of two, at least {@link SecureArena#ALIGNMENT}
     * @throws OutOfMemoryError if there is none
     * @throws HardeningException if it cannot be protected as is demanded; nothing changes then
     */
    Block allocate(Arena owner, long byteSize, long byteAlignment);
}
