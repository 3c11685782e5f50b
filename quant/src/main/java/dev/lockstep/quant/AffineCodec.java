package dev.lockstep.quant;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Types whose values are {@code scale * quant + offset}, where scale and offset are shared by the values of a sub-block.
 *
 * <p>All of their scales and quants have so few bits that the product is exact in float32 (at most 11 + 7 + 5 significant
 * bits): only the addition rounds, and any order of computing gives the same value.
 */
abstract class AffineCodec implements BlockCodec, AffineBlocks {
    /** What to return where there is no offset: adding it changes nothing, not even the sign of a zero. */
    static final float NO_OFFSET = -0.0f;

    private final int blockElements;
    private final int blockBytes;
    private final int subBlockElements;
    private final BitFields[] fields;

    /** @param fields where the bits of the quants are, the lowest bits first */
    AffineCodec(int blockElements, int blockBytes, int subBlockElements, BitFields... fields) {
        this.blockElements = blockElements;
        this.blockBytes = blockBytes;
        this.subBlockElements = subBlockElements;
        this.fields = fields;
    }

    @Override
    public final int subBlockElements() {
        return subBlockElements;
    }

    @Override
    public boolean hasOffsets() {
        return false;
    }

    @Override
    public float offset(MemorySegment source, long block, int subBlock) {
        return NO_OFFSET;
    }

    @Override
    public final int quant(MemorySegment source, long block, int i) {
        return quant(bits(source, block, i));
    }

    /** The integer that the stored bits of a value stand for: by default themselves, unsigned. */
    int quant(int bits) {
        return bits;
    }

    /** The bits stored for value {@code i} of the block at byte {@code block}. */
    private int bits(MemorySegment source, long block, int i) {
        int bits = 0;
        int width = 0;
        for (BitFields field : fields) {
            bits |= field.get(source, block, i) << width;
            width += field.width();
        }
        return bits;
    }

    /** Stores the bits of value {@code i}, the rest of the block untouched. */
    final void setBits(MemorySegment target, long block, int i, int bits) {
        int rest = bits;
        for (BitFields field : fields) {
            field.set(target, block, i, rest);
            rest >>= field.width();
        }
    }

    @Override
    public final void decode(MemorySegment source, long sourceOffset, MemorySegment target, long targetOffset, long blocks) {
        for (long block = 0; block < blocks; block++) {
            decodeBlock(source, sourceOffset + block * blockBytes, target, targetOffset + block * blockElements * Float.BYTES);
        }
    }

    private void decodeBlock(MemorySegment source, long from, MemorySegment target, long to) {
        for (int first = 0; first < blockElements; first += subBlockElements) {
            float scale = scale(source, from, first / subBlockElements);
            float offset = offset(source, from, first / subBlockElements);
            for (int i = first; i < first + subBlockElements; i++) {
                target.set(LittleEndian.FLOAT, to + (long) i * Float.BYTES, scale * quant(source, from, i) + offset);
            }
        }
    }

    @Override
    public final void encode(MemorySegment source, long sourceOffset, MemorySegment target, long targetOffset, long blocks) {
        // shared, like all memory that kernels see: C2 compiles one kind of memory best
        try (var arena = Arena.ofShared()) {
            MemorySegment scratch = arena.allocate(scratchBytes());
            try {
                for (long block = 0; block < blocks; block++) {
                    encodeBlock(source, sourceOffset + block * blockElements * Float.BYTES,
                            target, targetOffset + block * blockBytes, scratch);
                }
            } finally {
                scratch.fill((byte) 0);
            }
        }
    }

    /** Memory that {@link #encodeBlock} wants for what it finds out about weights. */
    long scratchBytes() {
        return 0;
    }

    /** Quantizes the values at byte {@code from} into the block at byte {@code to}, whatever that held before. */
    abstract void encodeBlock(MemorySegment source, long from, MemorySegment target, long to, MemorySegment scratch);

    /** The nearest whole number, of two equally near ones the even one. */
    static int nearest(float value) {
        return (int) Math.rint(value);
    }

    /** Value {@code i} of those that begin at byte {@code from}. */
    static float value(MemorySegment source, long from, int i) {
        return source.get(LittleEndian.FLOAT, from + (long) i * Float.BYTES);
    }

    /** The value of largest magnitude, sign included; of equally large ones the first. */
    static float extreme(MemorySegment source, long from, int count) {
        float extreme = 0;
        for (int i = 0; i < count; i++) {
            float value = value(source, from, i);
            extreme = Math.abs(value) > Math.abs(extreme) ? value : extreme;
        }
        return extreme;
    }

    /** The half-precision number at a byte. */
    static float half(MemorySegment source, long at) {
        return Float.float16ToFloat(source.get(LittleEndian.SHORT, at));
    }

    /** Stores a number in half precision. */
    static void setHalf(MemorySegment target, long at, float value) {
        target.set(LittleEndian.SHORT, at, Float.floatToFloat16(value));
    }
}
