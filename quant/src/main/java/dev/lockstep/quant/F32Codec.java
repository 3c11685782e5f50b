package dev.lockstep.quant;

import java.lang.foreign.MemorySegment;

/** F32: the value itself. */
final class F32Codec implements BlockCodec {
    static final F32Codec INSTANCE = new F32Codec();

    private F32Codec() {
    }

    @Override
    public void decode(MemorySegment source, long sourceOffset, MemorySegment target, long targetOffset, long blocks) {
        MemorySegment.copy(source, sourceOffset, target, targetOffset, blocks * Float.BYTES);
    }

    @Override
    public void encode(MemorySegment source, long sourceOffset, MemorySegment target, long targetOffset, long blocks) {
        MemorySegment.copy(source, sourceOffset, target, targetOffset, blocks * Float.BYTES);
    }
}
