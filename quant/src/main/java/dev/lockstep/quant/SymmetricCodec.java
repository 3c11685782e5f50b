package dev.lockstep.quant;

import java.lang.foreign.MemorySegment;

/**
 * Q4_0 and Q5_0: blocks of 32 values; a half-precision scale d, for 5 bits 4 bytes of highest bits in the order of the values,
 * then 16 bytes with the low nibbles (the lower half of byte i is value i, the upper half is value i + 16);
 * value = d * (q - 8), or d * (q - 16).
 */
final class SymmetricCodec extends AffineCodec {
    static final SymmetricCodec Q4_0 = new SymmetricCodec(18, 8, new BitFields(4, 16, 2));
    static final SymmetricCodec Q5_0 = new SymmetricCodec(22, 16, new BitFields(4, 16, 6), new BitFields(1, 1, 2));

    private static final int BLOCK_ELEMENTS = 32;
    private static final int SCALE_OFFSET = 0;

    private final int zeroPoint;

    private SymmetricCodec(int blockBytes, int zeroPoint, BitFields... fields) {
        super(BLOCK_ELEMENTS, blockBytes, BLOCK_ELEMENTS, fields);
        this.zeroPoint = zeroPoint;
    }

    @Override
    public float scale(MemorySegment source, long block, int subBlock) {
        return half(source, block + SCALE_OFFSET);
    }

    @Override
    int quant(int bits) {
        return bits - zeroPoint;
    }

    @Override
    void encodeBlock(MemorySegment source, long from, MemorySegment target, long to, MemorySegment scratch) {
        // The value of largest magnitude, sign included, becomes quant 0: the zero point reaches one step further down than up.
        float extreme = extreme(source, from, BLOCK_ELEMENTS);
        float scale = extreme / -zeroPoint;
        float inverse = scale == 0 ? 0 : 1 / scale;
        setHalf(target, to + SCALE_OFFSET, scale);
        for (int i = 0; i < BLOCK_ELEMENTS; i++) {
            float shifted = value(source, from, i) * inverse + (zeroPoint + 0.5f);
            setBits(target, to, i, Math.min(2 * zeroPoint - 1, (int) shifted));
        }
    }
}
