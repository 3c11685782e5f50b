package dev.lockstep.quant;

import java.lang.foreign.MemorySegment;

/**
 * Q2_K: blocks of 256 values in 16 sub-blocks; 16 bytes with a scale s in the lower and a minimum m in the upper nibble, 64
 * bytes of 2-bit quants, half-precision scale d and minimum dmin of the block; value = d * s * q - dmin * m.
 */
final class Q2_KCodec extends KCodec {
    static final Q2_KCodec INSTANCE = new Q2_KCodec();

    private static final int SUB_BLOCK_ELEMENTS = 16;
    private static final int SCALES_OFFSET = 0;
    private static final int QUANTS_OFFSET = SCALES_OFFSET + BLOCK_ELEMENTS / SUB_BLOCK_ELEMENTS;
    private static final int SCALE_OFFSET = QUANTS_OFFSET + BLOCK_ELEMENTS / 4;
    private static final int MIN_OFFSET = SCALE_OFFSET + Short.BYTES;
    private static final int BLOCK_BYTES = MIN_OFFSET + Short.BYTES;

    private static final int MAX_SCALE = 15;

    private static final LineSearch SEARCH = new LineSearch(SUB_BLOCK_ELEMENTS, 3, -0.5f, 15, false);

    private Q2_KCodec() {
        super(BLOCK_BYTES, SUB_BLOCK_ELEMENTS, 3, new BitFields(2, 32, QUANTS_OFFSET));
    }

    @Override
    public float scale(MemorySegment source, long block, int subBlock) {
        return half(source, block + SCALE_OFFSET) * (source.get(LittleEndian.BYTE, block + SCALES_OFFSET + subBlock) & 0xF);
    }

    @Override
    public float offset(MemorySegment source, long block, int subBlock) {
        return -half(source, block + MIN_OFFSET) * (source.get(LittleEndian.BYTE, block + SCALES_OFFSET + subBlock) >> 4 & 0xF);
    }

    @Override
    public boolean hasOffsets() {
        return true;
    }

    @Override
    void search(MemorySegment source, long from, SubBlocks found, int subBlock) {
        SEARCH.search(source, from, 0, found, subBlock);
    }

    @Override
    void storeScales(SubBlocks found, MemorySegment target, long to) {
        setHalf(target, to + SCALE_OFFSET, found.largestScale() / MAX_SCALE);
        setHalf(target, to + MIN_OFFSET, found.largestMin() / MAX_SCALE);
        for (int i = 0; i < BLOCK_ELEMENTS / SUB_BLOCK_ELEMENTS; i++) {
            int steps = found.scaleSteps(i, MAX_SCALE) | found.minSteps(i, MAX_SCALE) << 4;
            target.set(LittleEndian.BYTE, to + SCALES_OFFSET + i, (byte) steps);
        }
    }
}
