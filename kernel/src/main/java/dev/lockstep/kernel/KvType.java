package dev.lockstep.kernel;

/**
 * How the numbers of a key/value cache are stored. Keys and values come in panel rows of {@link KvLayout#PANEL} numbers; a row
 * consists of two halves of 16, which the kernels read as two groups of vectors.
 */
public enum KvType {
    /** Single precision, in order. */
    F32(4, Float.MAX_VALUE),
    /**
     * Half precision. Numbers {@code i} and {@code i + 16} share a 32-bit word, the first in its lower half: two shifts widen
     * them, and no number changes its lane. Finite only, so that no exponent needs an exception.
     */
    F16(2, 65504),
    /**
     * A signed byte per number, and one single-precision scale per 32 numbers of a key or value: number = scale · byte. Blocks
     * as in the tensor type of this name, but 36 bytes instead of 34: small values keep the precision of their scale.
     */
    Q8_0(1, 0x1p127f);

    private final int cellBytes;
    private final float largest;

    KvType(int cellBytes, float largest) {
        this.cellBytes = cellBytes;
        this.largest = largest;
    }

    /** Bytes of one number, scales not counted. */
    public int cellBytes() {
        return cellBytes;
    }

    /** Bytes of one panel row. */
    public int rowBytes() {
        return cellBytes * KvLayout.PANEL;
    }

    /** True if numbers are multiplied by a scale that is stored apart. */
    public boolean isScaled() {
        return this == Q8_0;
    }

    /** The largest number that can be stored; what is larger becomes this. */
    public float largest() {
        return largest;
    }

    /** Byte offset of number {@code column} in its panel row. */
    public int cellOffset(int column) {
        int half = KvLayout.PANEL / 2;
        return this == F16 ? column % half * Integer.BYTES + column / half * Short.BYTES : column * cellBytes;
    }
}
