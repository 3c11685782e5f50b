package dev.lockstep.quant;

import java.lang.foreign.MemorySegment;

/** F16: IEEE 754 half precision, rounded to nearest even. */
final class F16Codec implements BlockCodec {
    static final F16Codec INSTANCE = new F16Codec();

    private F16Codec() {
    }

    @Override
    public void decode(MemorySegment source, long sourceOffset, MemorySegment target, long targetOffset, long blocks) {
        for (long i = 0; i < blocks; i++) {
            short half = source.get(LittleEndian.SHORT, sourceOffset + i * Short.BYTES);
            target.set(LittleEndian.FLOAT, targetOffset + i * Float.BYTES, Float.float16ToFloat(half));
        }
    }

    @Override
    public void encode(MemorySegment source, long sourceOffset, MemorySegment target, long targetOffset, long blocks) {
        for (long i = 0; i < blocks; i++) {
            float value = source.get(LittleEndian.FLOAT, sourceOffset + i * Float.BYTES);
            target.set(LittleEndian.SHORT, targetOffset + i * Short.BYTES, Float.floatToFloat16(value));
        }
    }
}
