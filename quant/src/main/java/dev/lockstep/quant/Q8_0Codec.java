package dev.lockstep.quant;

import java.lang.foreign.MemorySegment;

/** Q8_0: blocks of 32 values, one half-precision scale d and 32 signed bytes q; value = d * q. */
final class Q8_0Codec implements BlockCodec {
    static final Q8_0Codec INSTANCE = new Q8_0Codec();

    private static final int BLOCK_ELEMENTS = 32;
    private static final int SCALE_OFFSET = 0;
    private static final int QUANTS_OFFSET = SCALE_OFFSET + Short.BYTES;
    private static final int BLOCK_BYTES = QUANTS_OFFSET + BLOCK_ELEMENTS;
    private static final float MAX_QUANT = 127f;

    private Q8_0Codec() {
    }

    @Override
    public void decode(MemorySegment source, long sourceOffset, MemorySegment target, long targetOffset, long blocks) {
        for (long block = 0; block < blocks; block++) {
            long from = sourceOffset + block * BLOCK_BYTES;
            long to = targetOffset + block * BLOCK_ELEMENTS * Float.BYTES;
            float scale = Float.float16ToFloat(source.get(LittleEndian.SHORT, from + SCALE_OFFSET));
            for (int i = 0; i < BLOCK_ELEMENTS; i++) {
                byte quant = source.get(LittleEndian.BYTE, from + QUANTS_OFFSET + i);
                target.set(LittleEndian.FLOAT, to + (long) i * Float.BYTES, scale * quant);
            }
        }
    }

    @Override
    public void encode(MemorySegment source, long sourceOffset, MemorySegment target, long targetOffset, long blocks) {
        for (long block = 0; block < blocks; block++) {
            encodeBlock(source, sourceOffset + block * BLOCK_ELEMENTS * Float.BYTES,
                    target, targetOffset + block * BLOCK_BYTES);
        }
    }

    private static void encodeBlock(MemorySegment source, long from, MemorySegment target, long to) {
        float largest = 0;
        for (int i = 0; i < BLOCK_ELEMENTS; i++) {
            largest = Math.max(largest, Math.abs(source.get(LittleEndian.FLOAT, from + (long) i * Float.BYTES)));
        }
        float scale = largest / MAX_QUANT;
        float inverse = scale == 0 ? 0 : 1 / scale;
        target.set(LittleEndian.SHORT, to + SCALE_OFFSET, Float.floatToFloat16(scale));
        for (int i = 0; i < BLOCK_ELEMENTS; i++) {
            float scaled = source.get(LittleEndian.FLOAT, from + (long) i * Float.BYTES) * inverse;
            target.set(LittleEndian.BYTE, to + QUANTS_OFFSET + i, (byte) roundHalfAwayFromZero(scaled));
        }
    }

    /** C's roundf, which the reference uses. {@code Math.round} would send −0.5 to 0; |value| ≤ 127 makes this exact. */
    private static int roundHalfAwayFromZero(float value) {
        return (int) (value + Math.copySign(0.5, value));
    }
}
