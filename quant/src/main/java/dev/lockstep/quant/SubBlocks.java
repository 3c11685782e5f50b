package dev.lockstep.quant;

import java.lang.foreign.MemorySegment;

/**
 * What an encoder has found out about the sub-blocks of one block, off heap because it is made of weights: for each a scale, a
 * minimum and the error that is left, shape (16) floats each; for each value the bits of its quant, shape (256) bytes; for a
 * candidate two sums, floats, and its bits, shape (32) bytes.
 */
record SubBlocks(MemorySegment memory, int subBlockElements) {
    private static final int MOST_SUB_BLOCKS = 16;
    private static final int CANDIDATE = KCodec.BLOCK_ELEMENTS;

    private static final long SCALES_OFFSET = 0;
    private static final long MINS_OFFSET = SCALES_OFFSET + (long) MOST_SUB_BLOCKS * Float.BYTES;
    private static final long ERRORS_OFFSET = MINS_OFFSET + (long) MOST_SUB_BLOCKS * Float.BYTES;
    private static final long SUMS_OFFSET = ERRORS_OFFSET + (long) MOST_SUB_BLOCKS * Float.BYTES;
    private static final long BITS_OFFSET = SUMS_OFFSET + 2 * Float.BYTES;

    static final long BYTES = BITS_OFFSET + CANDIDATE + 32;

    float scale(int subBlock) {
        return memory.get(LittleEndian.FLOAT, SCALES_OFFSET + (long) subBlock * Float.BYTES);
    }

    float min(int subBlock) {
        return memory.get(LittleEndian.FLOAT, MINS_OFFSET + (long) subBlock * Float.BYTES);
    }

    float error(int subBlock) {
        return memory.get(LittleEndian.FLOAT, ERRORS_OFFSET + (long) subBlock * Float.BYTES);
    }

    /** Σwqx of the candidate. */
    float sumQx() {
        return memory.get(LittleEndian.FLOAT, SUMS_OFFSET);
    }

    /** Σwq² of the candidate. */
    float sumQq() {
        return memory.get(LittleEndian.FLOAT, SUMS_OFFSET + Float.BYTES);
    }

    void setSums(float sumQx, float sumQq) {
        memory.set(LittleEndian.FLOAT, SUMS_OFFSET, sumQx);
        memory.set(LittleEndian.FLOAT, SUMS_OFFSET + Float.BYTES, sumQq);
    }

    void set(int subBlock, float scale, float min, float error) {
        memory.set(LittleEndian.FLOAT, SCALES_OFFSET + (long) subBlock * Float.BYTES, scale);
        memory.set(LittleEndian.FLOAT, MINS_OFFSET + (long) subBlock * Float.BYTES, min);
        memory.set(LittleEndian.FLOAT, ERRORS_OFFSET + (long) subBlock * Float.BYTES, error);
    }

    /** The bits found for value {@code i} of the block. */
    int bits(int i) {
        return memory.get(LittleEndian.BYTE, BITS_OFFSET + i);
    }

    void setBits(int i, int bits) {
        memory.set(LittleEndian.BYTE, BITS_OFFSET + i, (byte) bits);
    }

    /** The bits of a candidate for value {@code i} of a sub-block. */
    int candidate(int i) {
        return bits(CANDIDATE + i);
    }

    void setCandidate(int i, int bits) {
        setBits(CANDIDATE + i, bits);
    }

    /** Sets the bits of all values of a sub-block to 0. */
    void zero(int subBlock) {
        memory.asSlice(BITS_OFFSET + (long) subBlock * subBlockElements, subBlockElements).fill((byte) 0);
    }

    /** Makes the candidate the best that is known of a sub-block. */
    void accept(int subBlock) {
        MemorySegment.copy(memory, BITS_OFFSET + CANDIDATE, memory, BITS_OFFSET + (long) subBlock * subBlockElements,
                subBlockElements);
    }

    /** The scale of largest magnitude, sign included. */
    float extremeScale() {
        float extreme = 0;
        for (int i = 0; i < KCodec.BLOCK_ELEMENTS / subBlockElements; i++) {
            extreme = Math.abs(scale(i)) > Math.abs(extreme) ? scale(i) : extreme;
        }
        return extreme;
    }

    /** The largest scale; 0 if none is positive. */
    float largestScale() {
        return Math.max(0, extremeScale());
    }

    /** The largest minimum; 0 if none is positive. */
    float largestMin() {
        float largest = 0;
        for (int i = 0; i < KCodec.BLOCK_ELEMENTS / subBlockElements; i++) {
            largest = Math.max(largest, min(i));
        }
        return largest;
    }

    /** A scale as a multiple of the largest one's part {@code 1 / steps}. */
    int scaleSteps(int subBlock, int steps) {
        return steps(scale(subBlock), largestScale(), steps);
    }

    /** A minimum as a multiple of the largest one's part {@code 1 / steps}. */
    int minSteps(int subBlock, int steps) {
        return steps(min(subBlock), largestMin(), steps);
    }

    private static int steps(float value, float largest, int steps) {
        return largest > 0 ? Math.clamp(AffineCodec.nearest(steps / largest * value), 0, steps) : 0;
    }
}
