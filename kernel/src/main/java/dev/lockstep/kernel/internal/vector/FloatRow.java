package dev.lockstep.kernel.internal.vector;

import static dev.lockstep.kernel.internal.vector.Species.ORDER;
import static dev.lockstep.kernel.internal.vector.Species.PANEL_ROWS;
import static dev.lockstep.kernel.internal.vector.Species.VECTOR_BYTES;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/** One token times one panel of float weights: the same sums in the same order as {@link FloatTile}. */
final class FloatRow {
    private static final int BLOCK = 32;
    private static final long COLUMN_BYTES = (long) PANEL_ROWS * Float.BYTES;

    private FloatRow() {
    }

    /**
     * sums += x · w.
     *
     * @param w float32, (count, PANEL_ROWS) from byte {@code wAt}
     * @param x float32, (count) from byte {@code xAt}
     * @param sums float32, (PANEL_ROWS) from byte {@code sumsAt}
     */
    static void multiply(MemorySegment w, long wAt, MemorySegment x, long xAt, int count, MemorySegment sums, long sumsAt) {
        FloatVector a = Lanes.floats(sums, sumsAt);
        FloatVector b = Lanes.floats(sums, sumsAt + VECTOR_BYTES);
        FloatVector c = Lanes.floats(sums, sumsAt + 2 * VECTOR_BYTES);
        FloatVector d = Lanes.floats(sums, sumsAt + 3 * VECTOR_BYTES);
        for (int k = 0; k < count; k++) {
            long at = wAt + k * COLUMN_BYTES;
            FloatVector t = Lanes.broadcastFloat(x, xAt + (long) k * Float.BYTES);
            a = Lanes.floats(w, at).fma(t, a);
            b = Lanes.floats(w, at + VECTOR_BYTES).fma(t, b);
            c = Lanes.floats(w, at + 2 * VECTOR_BYTES).fma(t, c);
            d = Lanes.floats(w, at + 3 * VECTOR_BYTES).fma(t, d);
        }
        a.intoMemorySegment(sums, sumsAt, ORDER);
        b.intoMemorySegment(sums, sumsAt + VECTOR_BYTES, ORDER);
        c.intoMemorySegment(sums, sumsAt + 2 * VECTOR_BYTES, ORDER);
        d.intoMemorySegment(sums, sumsAt + 3 * VECTOR_BYTES, ORDER);
    }

    /**
     * sums += x · w for weights of 8 bits, which are expanded on the way from memory.
     *
     * @param w int8, (32 · blocks, PANEL_ROWS) from byte {@code wAt}
     * @param unitBytes bytes of a unit of all rows: PANEL_ROWS; an argument, so that C2 does not unroll, see {@link IntTile}
     * @param scales float32, (blocks, PANEL_ROWS)
     */
    static void multiplyQ8(MemorySegment w, long wAt, long unitBytes, MemorySegment scales, int blocks, MemorySegment x, long xAt,
            MemorySegment sums, long sumsAt) {
        long wk = wAt;
        long xk = xAt;
        FloatVector a = Lanes.floats(sums, sumsAt);
        FloatVector b = Lanes.floats(sums, sumsAt + VECTOR_BYTES);
        FloatVector c = Lanes.floats(sums, sumsAt + 2 * VECTOR_BYTES);
        FloatVector d = Lanes.floats(sums, sumsAt + 3 * VECTOR_BYTES);
        for (int block = 0; block < blocks; block++) {
            FloatVector sa = Lanes.floats(scales, block * COLUMN_BYTES);
            FloatVector sb = Lanes.floats(scales, block * COLUMN_BYTES + VECTOR_BYTES);
            FloatVector sc = Lanes.floats(scales, block * COLUMN_BYTES + 2 * VECTOR_BYTES);
            FloatVector sd = Lanes.floats(scales, block * COLUMN_BYTES + 3 * VECTOR_BYTES);
            for (long end = wk + BLOCK * unitBytes; wk < end; wk += unitBytes, xk += Float.BYTES) {
                IntVector q = Lanes.ints(w, wk);
                FloatVector t = Lanes.broadcastFloat(x, xk);
                a = Lanes.toFloats(Lanes.signedByte(q, 0)).mul(sa).fma(t, a);
                b = Lanes.toFloats(Lanes.signedByte(q, 2)).mul(sb).fma(t, b);
                c = Lanes.toFloats(Lanes.signedByte(q, 1)).mul(sc).fma(t, c);
                d = Lanes.toFloats(q.lanewise(VectorOperators.ASHR, 24)).mul(sd).fma(t, d);
            }
        }
        a.intoMemorySegment(sums, sumsAt, ORDER);
        b.intoMemorySegment(sums, sumsAt + VECTOR_BYTES, ORDER);
        c.intoMemorySegment(sums, sumsAt + 2 * VECTOR_BYTES, ORDER);
        d.intoMemorySegment(sums, sumsAt + 3 * VECTOR_BYTES, ORDER);
    }
}
