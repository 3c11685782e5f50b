package dev.lockstep.securemem;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Memory as Java gives it. */
record PlainBlocks() implements BlockAllocator {
    @Override
    public Block allocate(Arena owner, long byteSize, long byteAlignment) {
        long dataOffset = Math.max(Canary.BYTES, byteAlignment);
        long all;
        try {
            all = Math.addExact(byteSize, dataOffset + Canary.BYTES);
        } catch (ArithmeticException e) {
            throw outOfMemory(byteSize, e);
        }
        MemorySegment memory = owner.allocate(all, byteAlignment);
        return new Block(memory.asSlice(dataOffset, byteSize, 1), memory.asSlice(dataOffset - Canary.BYTES, Canary.BYTES),
                memory.asSlice(dataOffset + byteSize, Canary.BYTES), Block.Seal.NONE);
    }

    static OutOfMemoryError outOfMemory(long byteSize, ArithmeticException e) {
        var error = new OutOfMemoryError(byteSize + " bytes and what belongs around them are more than can be counted");
        error.initCause(e);
        return error;
    }
}
