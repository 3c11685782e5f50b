package dev.lockstep.quant;

import java.lang.foreign.MemorySegment;

/** Q8_0: blocks of 32 values, one half-precision scale d and 32 signed bytes q; value = d * q. */
final class Q8_0Codec extends AffineCodec {
    static final Q8_0Codec INSTANCE = new Q8_0Codec();

    private static final int BLOCK_ELEMENTS = 32;
    private static final int SCALE_OFFSET = 0;
    private static final int QUANTS_OFFSET = SCALE_OFFSET + Short.BYTES;
    private static final int BLOCK_BYTES = QUANTS_OFFSET + BLOCK_ELEMENTS;
    private static final float MAX_QUANT = 127f;

    private Q8_0Codec() {
        super(BLOCK_ELEMENTS, BLOCK_BYTES, BLOCK_ELEMENTS, new BitFields(8, 32, QUANTS_OFFSET));
    }

    @Override
    public float scale(MemorySegment source, long block, int subBlock) {
        return half(source, block + SCALE_OFFSET);
    }

    @Override
    int quant(int bits) {
        return (byte) bits;
    }

    @Override
    void encodeBlock(MemorySegment source, long from, MemorySegment target, long to, MemorySegment scratch) {
        float scale = Math.abs(extreme(source, from, BLOCK_ELEMENTS)) / MAX_QUANT;
        float inverse = scale == 0 ? 0 : 1 / scale;
        setHalf(target, to + SCALE_OFFSET, scale);
        for (int i = 0; i < BLOCK_ELEMENTS; i++) {
            setBits(target, to, i, roundHalfAwayFromZero(value(source, from, i) * inverse));
        }
    }

    /** C's roundf, which the reference uses. {@code Math.round} would send −0.5 to 0; |value| ≤ 127 makes this exact. */
    private static int roundHalfAwayFromZero(float value) {
        return (int) (value + Math.copySign(0.5, value));
    }
}
