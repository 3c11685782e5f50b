package dev.lockstep.kernel.internal;

import dev.lockstep.kernel.Activations;
import dev.lockstep.quant.DType;

/**
 * The table of types of up to 6 bits, which are multiplied in integers: a weight is scale · q + offset, where q is the stored quant
 * less the zero point. Sums of a few columns (the period) are exact in 16 bits; what becomes of them in floats is the same for
 * every implementation.
 *
 * <p>A zero point is subtracted also where the format has none, to make q small and signed; what it takes away is given back with
 * the offsets.
 */
public enum IntFormat {
    Q4_0(8, 32, 32, false),
    Q4_1(8, 32, 32, true),
    Q4_K(8, 32, 32, true),
    Q5_0(16, 16, 32, false),
    Q5_1(16, 16, 32, true),
    Q5_K(16, 16, 32, true),
    Q6_K(32, 8, 16, false),
    Q3_K(4, 16, 16, false),
    Q2_K(0, 16, 16, true),
    MXFP4(0, 16, 32, false);

    /** Columns whose scales, and offsets, are multiples of the same factors in formats that have factors. */
    public static final int SUPER_BLOCK = 256;

    private final int zeroPoint;
    private final int period;
    private final int groupColumns;
    private final boolean hasOffset;

    IntFormat(int zeroPoint, int period, int groupColumns, boolean hasOffset) {
        this.zeroPoint = zeroPoint;
        this.period = period;
        this.groupColumns = groupColumns;
        this.hasOffset = hasOffset;
    }

    /**
     * The row of a type.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static IntFormat of(DType type) {
        return switch (type) {
            case Q4_0 -> Q4_0;
            case Q4_1 -> Q4_1;
            case Q4_K -> Q4_K;
            case Q5_0 -> Q5_0;
            case Q5_1 -> Q5_1;
            case Q5_K -> Q5_K;
            case Q6_K -> Q6_K;
            case Q3_K -> Q3_K;
            case Q2_K -> Q2_K;
            case MXFP4 -> MXFP4;
            default -> throw new IllegalArgumentException("type=" + type + " has no integer kernel");
        };
    }

    /** What is subtracted from stored quants. */
    public int zeroPoint() {
        return zeroPoint;
    }

    /** Columns whose products with 8-bit activations fit into 16 bits together: 32, 16 or 8. */
    public int period() {
        return period;
    }

    /** Columns that share a scale: 16 or 32. */
    public int groupColumns() {
        return groupColumns;
    }

    /** True if weights have offsets. */
    public boolean hasOffset() {
        return hasOffset;
    }

    /** 2 to the power of this many sums share a scale of weights. */
    public int scaleShift() {
        return Integer.numberOfTrailingZeros(groupColumns / period);
    }

    /** 2 to the power of this many sums share a scale of activations. */
    public int blockShift() {
        return Integer.numberOfTrailingZeros(Activations.BLOCK / period);
    }
}
