package dev.lockstep.quant;

import java.lang.foreign.MemorySegment;

/**
 * Q4_K and Q5_K: blocks of 256 values in 8 sub-blocks; half-precision scale d and minimum dmin, 12 bytes with scales s and
 * minima m of 6 bits ({@link PackedScales}), for Q5_K 32 bytes with the highest bits of the quants, 128 bytes with the lower
 * four; value = d * s * q - dmin * m.
 */
final class ScaleMinCodec extends KCodec {
    private static final int SUB_BLOCK_ELEMENTS = 32;
    private static final int SCALE_OFFSET = 0;
    private static final int MIN_OFFSET = SCALE_OFFSET + Short.BYTES;
    private static final int SCALES_OFFSET = MIN_OFFSET + Short.BYTES;
    private static final int QUANTS_OFFSET = SCALES_OFFSET + 12;

    private static final int MAX_SCALE = 63;

    static final ScaleMinCodec Q4_K = new ScaleMinCodec(144, new LineSearch(SUB_BLOCK_ELEMENTS, 15, -1f, 20, true),
            new BitFields(4, 32, QUANTS_OFFSET));
    static final ScaleMinCodec Q5_K = new ScaleMinCodec(176, new LineSearch(SUB_BLOCK_ELEMENTS, 31, -0.5f, 15, true),
            new BitFields(4, 32, QUANTS_OFFSET + BLOCK_ELEMENTS / 8), new BitFields(1, 32, QUANTS_OFFSET));

    private final LineSearch search;

    private ScaleMinCodec(int blockBytes, LineSearch search, BitFields... fields) {
        super(blockBytes, SUB_BLOCK_ELEMENTS, search.maxQuant(), fields);
        this.search = search;
    }

    @Override
    public float scale(MemorySegment source, long block, int subBlock) {
        return half(source, block + SCALE_OFFSET) * PackedScales.scale(source, block + SCALES_OFFSET, subBlock);
    }

    @Override
    public float offset(MemorySegment source, long block, int subBlock) {
        return -half(source, block + MIN_OFFSET) * PackedScales.min(source, block + SCALES_OFFSET, subBlock);
    }

    @Override
    public boolean hasOffsets() {
        return true;
    }

    @Override
    void search(MemorySegment source, long from, SubBlocks found, int subBlock) {
        float sumOfSquares = 0;
        for (int i = 0; i < SUB_BLOCK_ELEMENTS; i++) {
            float value = value(source, from, i);
            sumOfSquares += value * value;
        }
        float rootMeanSquare = (float) Math.sqrt(sumOfSquares / SUB_BLOCK_ELEMENTS);
        search.search(source, from, rootMeanSquare, found, subBlock);
    }

    @Override
    void storeScales(SubBlocks found, MemorySegment target, long to) {
        setHalf(target, to + SCALE_OFFSET, found.largestScale() / MAX_SCALE);
        setHalf(target, to + MIN_OFFSET, found.largestMin() / MAX_SCALE);
        for (int i = 0; i < BLOCK_ELEMENTS / SUB_BLOCK_ELEMENTS; i++) {
            PackedScales.set(target, to + SCALES_OFFSET, i, found.scaleSteps(i, MAX_SCALE), found.minSteps(i, MAX_SCALE));
        }
    }
}
