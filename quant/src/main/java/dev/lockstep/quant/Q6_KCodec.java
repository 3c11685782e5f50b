package dev.lockstep.quant;

import java.lang.foreign.MemorySegment;

/**
 * Q6_K: blocks of 256 values in 16 sub-blocks; 128 bytes with the lower four bits of the quants, 64 bytes with the upper two,
 * 16 signed bytes with scales s, half-precision scale d; value = d * s * (q - 32).
 */
final class Q6_KCodec extends KCodec {
    static final Q6_KCodec INSTANCE = new Q6_KCodec();

    private static final int SUB_BLOCK_ELEMENTS = 16;
    private static final int LOW_OFFSET = 0;
    private static final int HIGH_OFFSET = LOW_OFFSET + BLOCK_ELEMENTS / 2;
    private static final int SCALES_OFFSET = HIGH_OFFSET + BLOCK_ELEMENTS / 4;
    private static final int SCALE_OFFSET = SCALES_OFFSET + BLOCK_ELEMENTS / SUB_BLOCK_ELEMENTS;
    private static final int BLOCK_BYTES = SCALE_OFFSET + Short.BYTES;
    private static final int ZERO_POINT = 32;
    private static final int MAX_SCALE = 128;

    /** How far the search goes from the obvious scale, in tenths of a quant. */
    private static final int SEARCH_TENTHS = 9;

    private Q6_KCodec() {
        super(BLOCK_BYTES, SUB_BLOCK_ELEMENTS, 2 * ZERO_POINT - 1, new BitFields(4, 64, LOW_OFFSET), new BitFields(2, 32, HIGH_OFFSET));
    }

    @Override
    public float scale(MemorySegment source, long block, int subBlock) {
        return half(source, block + SCALE_OFFSET) * source.get(LittleEndian.BYTE, block + SCALES_OFFSET + subBlock);
    }

    @Override
    int quant(int bits) {
        return bits - ZERO_POINT;
    }

    /**
     * The scale with the least squared error, weighted with the squares of the values. The value of largest magnitude is laid
     * near the outermost quant, at several distances; for the quants that the others then get, the best scale is Σwqx / Σwq²,
     * and what it gains is (Σwqx)² / Σwq².
     */
    @Override
    void search(MemorySegment source, long from, SubBlocks found, int subBlock) {
        float extreme = extreme(source, from, SUB_BLOCK_ELEMENTS);
        found.set(subBlock, 0, 0, 0);
        if (Math.abs(extreme) < NEGLIGIBLE) {
            found.zero(subBlock);
            return;
        }
        tryScale(source, from, -ZERO_POINT / extreme, found, subBlock);
        found.accept(subBlock);
        for (int tenths = -SEARCH_TENTHS; tenths <= SEARCH_TENTHS; tenths++) {
            if (tenths != 0) {
                tryScale(source, from, -(ZERO_POINT + 0.1f * tenths) / extreme, found, subBlock);
            }
        }
    }

    private static void tryScale(MemorySegment source, long from, float inverse, SubBlocks found, int subBlock) {
        float sumQx = 0;
        float sumQq = 0;
        for (int i = 0; i < SUB_BLOCK_ELEMENTS; i++) {
            float value = value(source, from, i);
            int quant = Math.clamp(nearest(inverse * value), -ZERO_POINT, ZERO_POINT - 1);
            found.setCandidate(i, quant + ZERO_POINT);
            float weight = value * value;
            sumQx += weight * value * quant;
            sumQq += weight * quant * quant;
        }
        // the gain so far is kept as its negative: an error
        if (sumQq > 0 && sumQx * sumQx > -found.error(subBlock) * sumQq) {
            float scale = sumQx / sumQq;
            found.set(subBlock, scale, 0, -(scale * sumQx));
            found.accept(subBlock);
        }
    }

    @Override
    void storeScales(SubBlocks found, MemorySegment target, long to) {
        float extreme = found.extremeScale();
        boolean negligible = Math.abs(extreme) < NEGLIGIBLE;
        float inverse = negligible ? 0 : -MAX_SCALE / extreme;
        setHalf(target, to + SCALE_OFFSET, negligible ? 0 : 1 / inverse);
        for (int i = 0; i < BLOCK_ELEMENTS / SUB_BLOCK_ELEMENTS; i++) {
            int scale = Math.min(nearest(inverse * found.scale(i)), MAX_SCALE - 1);
            target.set(LittleEndian.BYTE, to + SCALES_OFFSET + i, (byte) scale);
        }
    }
}
