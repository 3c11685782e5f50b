package dev.lockstep.kernel.internal.vector;

import static dev.lockstep.kernel.internal.vector.Species.FLOAT_BYTES;
import static dev.lockstep.kernel.internal.vector.Species.INTS;
import static dev.lockstep.kernel.internal.vector.Species.LANES;
import static dev.lockstep.kernel.internal.vector.Species.ORDER;
import static dev.lockstep.kernel.internal.vector.Species.PANEL_ROWS;
import static dev.lockstep.kernel.internal.vector.Species.SHORTS;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/** Half precision to floats, exactly, for one value per row of a panel. */
final class Halves {
    /** 2^112: what is missing between a half's exponent bias (15) and a float's (127). */
    private static final float EXPONENT_GAP = 0x1p112f;

    private static final int MAGNITUDE = 0x7FFF;
    private static final int SIGN = 0x8000;
    private static final int LOWEST_EXPONENT = 0x0400;
    /** Places between the fraction of a half and that of a float. */
    private static final int FRACTION_SHIFT = 13;

    private Halves() {
    }

    /**
     * Expands {@code groups} groups of {@code PANEL_ROWS} halves.
     *
     * <p>A half's exponent and fraction are moved to a float's place; multiplying by 2^112 repairs the bias and normalizes
     * subnormals in one go. Only infinities and NaN need the exponent filled up: adding one to their exponent carries into
     * bit 15, and 2^31 − 2^23 is a float's exponent of all ones.
     *
     * @param stride bytes from one group to the next
     * @param floats shape (groups, PANEL_ROWS)
     */
    static void expand(MemorySegment halves, long at, long stride, long groups, MemorySegment floats) {
        for (long group = 0; group < groups; group++) {
            long to = group * PANEL_ROWS * Float.BYTES;
            for (int lane = 0; lane < PANEL_ROWS; lane += LANES) {
                IntVector half = (IntVector) ShortVector
                        .fromMemorySegment(SHORTS, halves, at + group * stride + (long) lane * Short.BYTES, ORDER)
                        .convertShape(VectorOperators.ZERO_EXTEND_S2I, INTS, 0);
                IntVector magnitude = half.and(MAGNITUDE);
                FloatVector scaled = magnitude.lanewise(VectorOperators.LSHL, FRACTION_SHIFT).reinterpretAsFloats()
                        .mul(EXPONENT_GAP);
                IntVector special = magnitude.add(LOWEST_EXPONENT).and(SIGN);
                IntVector fill = special.lanewise(VectorOperators.LSHL, 16).sub(special.lanewise(VectorOperators.LSHL, 8));
                IntVector sign = half.and(SIGN).lanewise(VectorOperators.LSHL, 16);
                scaled.reinterpretAsInts().or(fill).or(sign).intoMemorySegment(floats, to, ORDER);
                to += FLOAT_BYTES;
            }
        }
    }
}
