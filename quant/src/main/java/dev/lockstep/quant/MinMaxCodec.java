package dev.lockstep.quant;

import java.lang.foreign.MemorySegment;

/**
 * Q4_1 and Q5_1: like Q4_0 and Q5_0 (see {@link SymmetricCodec}), but with a half-precision minimum m behind the scale in
 * place of a zero point; value = d * q + m.
 */
final class MinMaxCodec extends AffineCodec {
    static final MinMaxCodec Q4_1 = new MinMaxCodec(20, 15, new BitFields(4, 16, 4));
    static final MinMaxCodec Q5_1 = new MinMaxCodec(24, 31, new BitFields(4, 16, 8), new BitFields(1, 1, 4));

    private static final int BLOCK_ELEMENTS = 32;
    private static final int SCALE_OFFSET = 0;
    private static final int MIN_OFFSET = SCALE_OFFSET + Short.BYTES;

    private final int maxQuant;

    private MinMaxCodec(int blockBytes, int maxQuant, BitFields... fields) {
        super(BLOCK_ELEMENTS, blockBytes, BLOCK_ELEMENTS, fields);
        this.maxQuant = maxQuant;
    }

    @Override
    public float scale(MemorySegment source, long block, int subBlock) {
        return half(source, block + SCALE_OFFSET);
    }

    @Override
    public float offset(MemorySegment source, long block, int subBlock) {
        return half(source, block + MIN_OFFSET);
    }

    @Override
    void encodeBlock(MemorySegment source, long from, MemorySegment target, long to, MemorySegment scratch) {
        float min = Float.MAX_VALUE;
        float max = -Float.MAX_VALUE;
        for (int i = 0; i < BLOCK_ELEMENTS; i++) {
            float value = value(source, from, i);
            // not Math.min: of two zeros, the reference keeps the sign of the first
            min = value < min ? value : min;
            max = value > max ? value : max;
        }
        float scale = (max - min) / maxQuant;
        float inverse = scale == 0 ? 0 : 1 / scale;
        setHalf(target, to + SCALE_OFFSET, scale);
        setHalf(target, to + MIN_OFFSET, min);
        for (int i = 0; i < BLOCK_ELEMENTS; i++) {
            float scaled = (value(source, from, i) - min) * inverse;
            setBits(target, to, i, Math.min(maxQuant, (int) (scaled + 0.5f)));
        }
    }

    @Override
    public boolean hasOffsets() {
        return true;
    }
}
