package dev.lockstep.kernel.internal.vector;

import static dev.lockstep.kernel.internal.vector.Species.FLOATS;
import static dev.lockstep.kernel.internal.vector.Species.INTS;
import static dev.lockstep.kernel.internal.vector.Species.ORDER;
import static dev.lockstep.kernel.internal.vector.Species.PANEL_ROWS;
import static dev.lockstep.kernel.internal.vector.Species.VECTOR_BYTES;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static jdk.incubator.vector.IntVector.fromMemorySegment;
import static jdk.incubator.vector.VectorOperators.OR;

import dev.lockstep.kernel.MatMulScratch;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * What {@link NibbleRow}, {@link ByteRow} and {@link SixBitRow} leave for a stretch of columns, in {@link MatMulScratch#part}: float32 sums,
 * (PANEL_ROWS), which are added to and are zero before each stretch, and behind them in one vector the greatest exponents of the
 * half-precision scales that were read, as shorts. The kernels take it for granted that scales are finite; if it turns out that one was
 * not, the panel is computed again without haste.
 */
final class RowPart {
    /** The exponent of a half. Its highest value is infinity's, or NaN's. */
    static final short HALF_EXPONENT = 0x7C00;
    /** Where the exponents are. */
    static final long EXPONENTS = (long) PANEL_ROWS * Float.BYTES;
    static final long BYTES = EXPONENTS + VECTOR_BYTES;

    /** Where the bits of all stretches' exponents are collected. */
    private static final long COLLECTED = BYTES;
    /** Added to both exponents of a lane, it carries out of the highest ones into these bits. */
    private static final int ONE_MORE = 0x0400_0400;
    private static final int CARRIES = 0x8000_8000;

    private RowPart() {
    }

    /** Before the first stretch of a panel. Every stretch begins with sums of zero: {@link #add} leaves them so. */
    static void begin(MemorySegment part) {
        for (long i = 0; i < EXPONENTS; i += VECTOR_BYTES) {
            FloatVector.zero(FLOATS).intoMemorySegment(part, i, ORDER);
        }
        FloatVector.zero(FLOATS).intoMemorySegment(part, COLLECTED, ORDER);
    }

    /**
     * Adds the sums to results, float32, (PANEL_ROWS) from byte {@code at}, or to zero if they are the first, and collects the
     * exponents.
     */
    static void add(MemorySegment part, boolean first, MemorySegment results, long at) {
        for (long i = 0; i < EXPONENTS; i += VECTOR_BYTES) {
            FloatVector sum = fromMemorySegment(FLOATS, part, i, ORDER);
            FloatVector.zero(FLOATS).intoMemorySegment(part, i, ORDER);
            if (first) {
                sum.add(0f).intoMemorySegment(results, at + i, ORDER);
            } else {
                fromMemorySegment(FLOATS, results, at + i, ORDER).add(sum).intoMemorySegment(results, at + i, ORDER);
            }
        }
        fromMemorySegment(INTS, part, EXPONENTS, ORDER).add(ONE_MORE).or(fromMemorySegment(INTS, part, COLLECTED, ORDER))
                .intoMemorySegment(part, COLLECTED, ORDER);
    }

    /** True if a scale of the panel was infinite or no number. */
    static boolean sawInfinity(MemorySegment part) {
        return (fromMemorySegment(INTS, part, COLLECTED, ORDER).reduceLanes(OR) & CARRIES) != 0;
    }
}
