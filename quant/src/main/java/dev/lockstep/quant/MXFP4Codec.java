package dev.lockstep.quant;

import java.lang.foreign.MemorySegment;

/**
 * MXFP4 (OCP Microscaling Formats v1.0): blocks of 32 values; a byte e, then 16 bytes of nibbles in the order of Q4_0. A
 * nibble is a float of 1 sign bit, 2 exponent bits and 1 fraction bit; value = 2^(e - 127) * nibble. As in ggml, e = 255 is
 * no NaN but one more power of two.
 */
final class MXFP4Codec extends AffineCodec {
    static final MXFP4Codec INSTANCE = new MXFP4Codec();

    /** Twice the value of each nibble, so that it is whole; negative zero is zero. */
    private static final int[] DOUBLED = {0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12};

    private static final int BLOCK_ELEMENTS = 32;
    private static final int EXPONENT_OFFSET = 0;
    private static final int QUANTS_OFFSET = EXPONENT_OFFSET + Byte.BYTES;
    private static final int BIAS = 127;

    /** The largest nibble, 6, is 1.5 times 2 to the power of 2. */
    private static final int LARGEST_EXPONENT = 2;

    private MXFP4Codec() {
        super(BLOCK_ELEMENTS, QUANTS_OFFSET + BLOCK_ELEMENTS / 2, BLOCK_ELEMENTS, new BitFields(4, 16, QUANTS_OFFSET));
    }

    /** Half the scale, because the quants are doubled. */
    @Override
    public float scale(MemorySegment source, long block, int subBlock) {
        int exponent = source.get(LittleEndian.BYTE, block + EXPONENT_OFFSET) & 0xFF;
        return Math.scalb(1f, exponent - BIAS - 1);
    }

    @Override
    int quant(int bits) {
        return DOUBLED[bits];
    }

    @Override
    void encodeBlock(MemorySegment source, long from, MemorySegment target, long to, MemorySegment scratch) {
        float largest = Math.abs(extreme(source, from, BLOCK_ELEMENTS));
        target.set(LittleEndian.BYTE, to + EXPONENT_OFFSET, (byte) exponent(largest));
        float scale = scale(target, to, 0);
        for (int i = 0; i < BLOCK_ELEMENTS; i++) {
            setBits(target, to, i, nearestNibble(value(source, from, i), scale));
        }
    }

    private static int exponent(float largest) {
        if (largest == 0) {
            return 0;
        }
        // The reference takes the logarithm in float32, which rounds up just below a power of two.
        float logarithm = (float) (Math.log(largest) / Math.log(2));
        return Math.max(0, (int) Math.floor(logarithm) - LARGEST_EXPONENT + BIAS);
    }

    /** Of equally near nibbles the first one, so never the negative zero. */
    private static int nearestNibble(float value, float scale) {
        int nearest = 0;
        for (int bits = 1; bits < DOUBLED.length; bits++) {
            if (Math.abs(DOUBLED[bits] * scale - value) < Math.abs(DOUBLED[nearest] * scale - value)) {
                nearest = bits;
            }
        }
        return nearest;
    }
}
