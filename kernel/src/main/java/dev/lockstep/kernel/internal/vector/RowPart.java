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

/**
 * What {@link NibbleRow} and {@link ByteRow} leave for a stretch of columns, in {@link MatMulScratch#part}: float32 sums,
 * (PANEL_ROWS), and behind them in one vector the greatest exponents of the half-precision scales that were read, as shorts. The
 * kernels take it for granted that scales are finite; if it turns out that one was not, the panel is computed again without haste.
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

    /** Before the first stretch of a panel. */
    static void begin(MemorySegment part) {
        Species.zero().intoMemorySegment(part, COLLECTED, ORDER);
    }

    /** Sets results, float32, (PANEL_ROWS) from byte {@code at}, to zero plus the sums, and collects the exponents. */
    static void start(MemorySegment part, MemorySegment results, long at) {
        for (long i = 0; i < EXPONENTS; i += VECTOR_BYTES) {
            fromMemorySegment(FLOATS, part, i, ORDER).add(0f).intoMemorySegment(results, at + i, ORDER);
        }
        collectExponents(part);
    }

    /** Adds the sums to results, and collects the exponents. */
    static void add(MemorySegment part, MemorySegment results, long at) {
        for (long i = 0; i < EXPONENTS; i += VECTOR_BYTES) {
            fromMemorySegment(FLOATS, results, at + i, ORDER).add(fromMemorySegment(FLOATS, part, i, ORDER))
                    .intoMemorySegment(results, at + i, ORDER);
        }
        collectExponents(part);
    }

    private static void collectExponents(MemorySegment part) {
        fromMemorySegment(INTS, part, EXPONENTS, ORDER).add(ONE_MORE).or(fromMemorySegment(INTS, part, COLLECTED, ORDER))
                .intoMemorySegment(part, COLLECTED, ORDER);
    }

    /** True if a scale of the panel was infinite or no number. */
    static boolean sawInfinity(MemorySegment part) {
        return (fromMemorySegment(INTS, part, COLLECTED, ORDER).reduceLanes(OR) & CARRIES) != 0;
    }
}
