package dev.lockstep.quant;

import java.lang.foreign.MemorySegment;

/**
 * Q3_K: blocks of 256 values in 16 sub-blocks; 32 bytes with the highest bits of the quants, 64 bytes with the lower two, 12
 * bytes with scales s of 6 bits (8 bytes of nibbles, then 4 bytes with the upper two bits), half-precision scale d;
 * value = d * (s - 32) * (q - 4).
 */
final class Q3_KCodec extends KCodec {
    static final Q3_KCodec INSTANCE = new Q3_KCodec();

    private static final int SUB_BLOCK_ELEMENTS = 16;
    private static final int HIGH_OFFSET = 0;
    private static final int LOW_OFFSET = HIGH_OFFSET + BLOCK_ELEMENTS / 8;
    private static final int SCALES_OFFSET = LOW_OFFSET + BLOCK_ELEMENTS / 4;
    private static final int SCALE_OFFSET = SCALES_OFFSET + 12;
    private static final int BLOCK_BYTES = SCALE_OFFSET + Short.BYTES;
    private static final int ZERO_POINT = 4;
    private static final int SCALE_ZERO_POINT = 32;

    /** How often the search goes over all quants. */
    private static final int SEARCH_PASSES = 5;

    private static final BitFields SCALE_NIBBLES = new BitFields(4, 8, SCALES_OFFSET);
    private static final BitFields SCALE_PAIRS = new BitFields(2, 4, SCALES_OFFSET + 8);

    private Q3_KCodec() {
        super(BLOCK_BYTES, SUB_BLOCK_ELEMENTS, 2 * ZERO_POINT - 1, new BitFields(2, 32, LOW_OFFSET), new BitFields(1, 32, HIGH_OFFSET));
    }

    @Override
    public float scale(MemorySegment source, long block, int subBlock) {
        int scale = SCALE_NIBBLES.get(source, block, subBlock) | SCALE_PAIRS.get(source, block, subBlock) << 4;
        return half(source, block + SCALE_OFFSET) * (scale - SCALE_ZERO_POINT);
    }

    @Override
    int quant(int bits) {
        return bits - ZERO_POINT;
    }

    /**
     * The scale with the least squared error, weighted with the squares of the values. Given all quants, the best scale is
     * Σwqx / Σwq², and what it gains is (Σwqx)² / Σwq². The value of largest magnitude begins as the outermost quant; then one
     * quant after the other is set to what suits the best scale of all others, as long as that gains.
     */
    @Override
    void search(MemorySegment source, long from, SubBlocks found, int subBlock) {
        float extreme = extreme(source, from, SUB_BLOCK_ELEMENTS);
        if (Math.abs(extreme) < NEGLIGIBLE) {
            found.set(subBlock, 0, 0, 0);
            found.zero(subBlock);
            return;
        }
        round(source, from, -ZERO_POINT / extreme, found);
        boolean better = true;
        for (int pass = 0; better && pass < SEARCH_PASSES; pass++) {
            better = false;
            for (int i = 0; i < SUB_BLOCK_ELEMENTS; i++) {
                better |= improve(value(source, from, i), i, found);
            }
        }
        found.set(subBlock, found.sumQx() / found.sumQq(), 0, 0);
        found.accept(subBlock);
    }

    private static void round(MemorySegment source, long from, float inverse, SubBlocks found) {
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
        found.setSums(sumQx, sumQq);
    }

    private static boolean improve(float value, int i, SubBlocks found) {
        float weight = value * value;
        int quant = found.candidate(i) - ZERO_POINT;
        float othersQx = found.sumQx() - weight * value * quant;
        float othersQq = found.sumQq() - weight * quant * quant;
        int better = Math.clamp(nearest(value * othersQq / othersQx), -ZERO_POINT, ZERO_POINT - 1);
        if (othersQx <= 0 || better == quant) {
            return false;
        }
        float sumQx = othersQx + weight * value * better;
        float sumQq = othersQq + weight * better * better;
        boolean gains = sumQq > 0 && sumQx * sumQx * found.sumQq() > found.sumQx() * found.sumQx() * sumQq;
        if (gains) {
            found.setCandidate(i, better + ZERO_POINT);
            found.setSums(sumQx, sumQq);
        }
        return gains;
    }

    @Override
    void storeScales(SubBlocks found, MemorySegment target, long to) {
        float extreme = found.extremeScale();
        float inverse = extreme == 0 ? 0 : -SCALE_ZERO_POINT / extreme;
        setHalf(target, to + SCALE_OFFSET, extreme == 0 ? 0 : 1 / inverse);
        for (int i = 0; i < BLOCK_ELEMENTS / SUB_BLOCK_ELEMENTS; i++) {
            int scale = Math.clamp(nearest(inverse * found.scale(i)), -SCALE_ZERO_POINT, SCALE_ZERO_POINT - 1);
            int bits = extreme == 0 ? 0 : scale + SCALE_ZERO_POINT;
            SCALE_NIBBLES.set(target, to, i, bits);
            SCALE_PAIRS.set(target, to, i, bits >> 4);
        }
    }
}
