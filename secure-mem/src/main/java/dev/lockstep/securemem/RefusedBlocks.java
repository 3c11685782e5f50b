package dev.lockstep.securemem;

import java.lang.foreign.Arena;

/** No memory at all: what is demanded of it cannot be had. */
record RefusedBlocks(String reason) implements BlockAllocator {
    @Override
    public Block allocate(Arena owner, long byteSize, long byteAlignment) {
        throw new HardeningException(reason);
    }
}
