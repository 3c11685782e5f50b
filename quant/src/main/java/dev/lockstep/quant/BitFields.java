package dev.lockstep.quant;

import java.lang.foreign.MemorySegment;

/**
 * Where a block keeps fields of 1, 2, 4 or 8 bits, one for each of its values. All types do it in the same way: runs of
 * {@code stride} bytes, the first {@code stride} values in the lowest fields of these bytes, the next ones in the fields above,
 * and so on until the bytes are full; then the next run.
 *
 * @param width bits of one field, a power of two up to 8
 * @param stride bytes of one run, a power of two
 * @param offset bytes from the beginning of the block to the first run
 */
record BitFields(int width, int stride, int offset) {
    /** The field of value {@code i}, unsigned. */
    int get(MemorySegment memory, long block, int i) {
        return memory.get(LittleEndian.BYTE, block + byteOffset(i)) >> shift(i) & mask();
    }

    /** Replaces the field of value {@code i} by the lowest bits of {@code value}. */
    void set(MemorySegment memory, long block, int i, int value) {
        long at = block + byteOffset(i);
        int others = memory.get(LittleEndian.BYTE, at) & ~(mask() << shift(i));
        memory.set(LittleEndian.BYTE, at, (byte) (others | (value & mask()) << shift(i)));
    }

    private int byteOffset(int i) {
        int strideLog = Integer.numberOfTrailingZeros(stride);
        int valuesLog = strideLog + Integer.numberOfTrailingZeros(Byte.SIZE / width);
        return offset + (i >> valuesLog << strideLog) + (i & stride - 1);
    }

    private int shift(int i) {
        return (i >> Integer.numberOfTrailingZeros(stride)) * width & Byte.SIZE - 1;
    }

    private int mask() {
        return (1 << width) - 1;
    }
}
