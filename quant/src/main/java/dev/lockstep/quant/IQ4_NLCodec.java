package dev.lockstep.quant;

import java.lang.foreign.MemorySegment;

/** IQ4_NL: laid out like Q4_0, but its nibbles are indices of a table whose steps grow outwards; value = d * LEVELS[q]. */
final class IQ4_NLCodec extends AffineCodec {
    static final IQ4_NLCodec INSTANCE = new IQ4_NLCodec();

    /** ggml's kvalues_iq4nl. */
    private static final int[] LEVELS = {-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113};

    /** How far the encoder looks for a better scale, in levels up and down. */
    private static final int SEARCH_LEVELS = 7;

    /** Blocks whose values are all smaller are encoded as zeros. */
    private static final float NEGLIGIBLE = 1e-15f;

    private static final int BLOCK_ELEMENTS = 32;
    private static final int SCALE_OFFSET = 0;
    private static final int QUANTS_OFFSET = SCALE_OFFSET + Short.BYTES;

    private IQ4_NLCodec() {
        super(BLOCK_ELEMENTS, QUANTS_OFFSET + BLOCK_ELEMENTS / 2, BLOCK_ELEMENTS, new BitFields(4, 16, QUANTS_OFFSET));
    }

    @Override
    public float scale(MemorySegment source, long block, int subBlock) {
        return half(source, block + SCALE_OFFSET);
    }

    @Override
    int quant(int bits) {
        return LEVELS[bits];
    }

    @Override
    void encodeBlock(MemorySegment source, long from, MemorySegment target, long to, MemorySegment scratch) {
        float scale = bestScale(source, from);
        setHalf(target, to + SCALE_OFFSET, scale);
        float inverse = scale == 0 ? 0 : 1 / scale;
        for (int i = 0; i < BLOCK_ELEMENTS; i++) {
            setBits(target, to, i, nearestLevel(value(source, from, i) * inverse));
        }
    }

    /**
     * The scale with the least squared error, weighted with the squares of the values. The value of largest magnitude is laid
     * on each of a number of levels in turn; for the levels that the others then get, the best scale is Σwqx / Σwq², and what
     * it gains is (Σwqx)² / Σwq².
     */
    private static float bestScale(MemorySegment source, long from) {
        float extreme = extreme(source, from, BLOCK_ELEMENTS);
        if (Math.abs(extreme) < NEGLIGIBLE) {
            return 0;
        }
        float scale = 0;
        float best = 0;
        for (int attempt = -SEARCH_LEVELS - 1; attempt <= SEARCH_LEVELS; attempt++) {
            boolean first = attempt < -SEARCH_LEVELS;
            float inverse = first ? 1 / (-extreme / LEVELS[0]) : (attempt + LEVELS[0]) / extreme;
            float sumQx = 0;
            float sumQq = 0;
            for (int i = 0; i < BLOCK_ELEMENTS; i++) {
                float value = value(source, from, i);
                float level = LEVELS[nearestLevel(inverse * value)];
                float weighted = value * value * level;
                sumQx += weighted * value;
                sumQq += weighted * level;
            }
            if (first || sumQq > 0 && sumQx * sumQx > best * sumQq) {
                scale = sumQx / sumQq;
                best = scale * sumQx;
            }
        }
        return scale;
    }

    /** Index of the nearest level, of two equally near ones the upper. */
    private static int nearestLevel(float value) {
        int upper = 1;
        while (upper < LEVELS.length - 1 && value >= LEVELS[upper]) {
            upper++;
        }
        return value - LEVELS[upper - 1] < LEVELS[upper] - value ? upper - 1 : upper;
    }
}
