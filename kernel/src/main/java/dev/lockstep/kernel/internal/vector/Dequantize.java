package dev.lockstep.kernel.internal.vector;

import static dev.lockstep.kernel.internal.vector.Species.FLOATS;
import static dev.lockstep.kernel.internal.vector.Species.INTS;
import static dev.lockstep.kernel.internal.vector.Species.ORDER;
import static dev.lockstep.kernel.internal.vector.Species.PANEL_ROWS;
import static dev.lockstep.kernel.internal.vector.Species.VECTOR_BYTES;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static jdk.incubator.vector.IntVector.fromMemorySegment;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;

import dev.lockstep.kernel.internal.FloatSums;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/** Weights of a panel to floats, shape (columns, PANEL_ROWS): exactly the numbers that the type's codec decodes to. */
final class Dequantize {
    private static final int BLOCK = 32;
    /** Columns of a stretch of floats. */
    private static final int COLUMNS = FloatSums.CHUNK;
    private static final long COLUMN_FLOATS = (long) PANEL_ROWS * Float.BYTES;
    private static final long COLUMN_SHORTS = (long) PANEL_ROWS * Short.BYTES;
    private static final long B = VECTOR_BYTES;
    private static final long C = 2L * VECTOR_BYTES;
    private static final long D = 3L * VECTOR_BYTES;
    private static final int UPPER_BITS = 0xFFFF_0000;

    private Dequantize() {
    }

    /** BF16 is the upper half of a float. */
    static void bf16(MemorySegment panel, long at, int columns, MemorySegment floats) {
        int step = Rolled.step;
        for (int k = 0; k < columns; k += step) {
            MemorySegment column = panel.asSlice(at + k * COLUMN_SHORTS, COLUMN_SHORTS);
            MemorySegment out = floats.asSlice(k * COLUMN_FLOATS, COLUMN_FLOATS);
            IntVector pairs = fromMemorySegment(INTS, column, 0, ORDER);
            pairs.lanewise(LSHL, 16).intoMemorySegment(out, 0, ORDER);
            pairs.and(UPPER_BITS).intoMemorySegment(out, B, ORDER);
            pairs = fromMemorySegment(INTS, column, VECTOR_BYTES, ORDER);
            pairs.lanewise(LSHL, 16).intoMemorySegment(out, C, ORDER);
            pairs.and(UPPER_BITS).intoMemorySegment(out, D, ORDER);
        }
    }

    /** Shorts, shape (32 · blocks, PANEL_ROWS) in the order of {@link Unpack}, times their block's scale. */
    static void shorts(MemorySegment w, int blocks, MemorySegment scales, long scalesAt, MemorySegment floats) {
        MemorySegment ws = w.asSlice(0, COLUMNS * COLUMN_SHORTS);
        MemorySegment out = floats.asSlice(0, COLUMNS * COLUMN_FLOATS);
        int step = Rolled.step;
        for (int i = 0; i < blocks * BLOCK; i += step) {
            int column = i & COLUMNS - 1;
            long from = column * COLUMN_SHORTS;
            long to = column * COLUMN_FLOATS;
            MemorySegment scale = scales.asSlice(scalesAt + column / BLOCK * COLUMN_FLOATS, COLUMN_FLOATS);
            IntVector q = fromMemorySegment(INTS, ws, from, ORDER);
            ((FloatVector) q.lanewise(LSHL, 16).lanewise(ASHR, 16).convert(I2F, 0))
                    .mul(fromMemorySegment(FLOATS, scale, 0, ORDER)).intoMemorySegment(out, to, ORDER);
            ((FloatVector) q.lanewise(ASHR, 16).convert(I2F, 0))
                    .mul(fromMemorySegment(FLOATS, scale, B, ORDER)).intoMemorySegment(out, to + B, ORDER);
            q = fromMemorySegment(INTS, ws, from + VECTOR_BYTES, ORDER);
            ((FloatVector) q.lanewise(LSHL, 16).lanewise(ASHR, 16).convert(I2F, 0))
                    .mul(fromMemorySegment(FLOATS, scale, C, ORDER)).intoMemorySegment(out, to + C, ORDER);
            ((FloatVector) q.lanewise(ASHR, 16).convert(I2F, 0))
                    .mul(fromMemorySegment(FLOATS, scale, D, ORDER)).intoMemorySegment(out, to + D, ORDER);
        }
    }
}
