package dev.lockstep.kernel.internal.vector;

import static dev.lockstep.kernel.internal.vector.Species.ORDER;
import static dev.lockstep.kernel.internal.vector.Species.PANEL_ROWS;
import static dev.lockstep.kernel.internal.vector.Species.VECTOR_BYTES;

import dev.lockstep.kernel.Activations;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * Products of float weights, lanes are rows: nothing is ever summed across a vector, and each lane adds its row's products in
 * column order with fused multiply-adds, whatever the number of tokens.
 */
final class FloatTile {
    static final int TOKENS = Activations.TILE;
    /** Bytes of one column of float weights. */
    static final long COLUMN_BYTES = (long) PANEL_ROWS * Float.BYTES;
    private static final long X_BYTES = (long) TOKENS * Float.BYTES;

    private FloatTile() {
    }

    /**
     * Four tokens times half a panel: sums += x · w.
     *
     * @param w float32, (count, PANEL_ROWS) from byte {@code wAt}, of which the first two vectors of each column are used
     * @param x float32, (count, 4) from byte {@code xAt}
     * @param columnBytes {@link #COLUMN_BYTES}; an argument, so that C2 does not unroll, see {@link IntTile}
     * @param sums float32, (4, PANEL_ROWS) from byte {@code sumsAt}, of which the first two vectors of each token are used
     */
    static void multiply(MemorySegment w, long wAt, MemorySegment x, long xAt, int count, long columnBytes,
            MemorySegment sums, long sumsAt) {
        FloatVector a0 = Lanes.floats(sums, sumsAt);
        FloatVector b0 = Lanes.floats(sums, sumsAt + VECTOR_BYTES);
        FloatVector a1 = Lanes.floats(sums, sumsAt + COLUMN_BYTES);
        FloatVector b1 = Lanes.floats(sums, sumsAt + COLUMN_BYTES + VECTOR_BYTES);
        FloatVector a2 = Lanes.floats(sums, sumsAt + 2 * COLUMN_BYTES);
        FloatVector b2 = Lanes.floats(sums, sumsAt + 2 * COLUMN_BYTES + VECTOR_BYTES);
        FloatVector a3 = Lanes.floats(sums, sumsAt + 3 * COLUMN_BYTES);
        FloatVector b3 = Lanes.floats(sums, sumsAt + 3 * COLUMN_BYTES + VECTOR_BYTES);
        long xk = xAt;
        long end = wAt + count * columnBytes;
        for (long wk = wAt; wk < end; wk += columnBytes, xk += X_BYTES) {
            FloatVector wa = Lanes.floats(w, wk);
            FloatVector wb = Lanes.floats(w, wk + VECTOR_BYTES);
            FloatVector t = Lanes.broadcastFloat(x, xk);
            a0 = wa.fma(t, a0);
            b0 = wb.fma(t, b0);
            t = Lanes.broadcastFloat(x, xk + 4);
            a1 = wa.fma(t, a1);
            b1 = wb.fma(t, b1);
            t = Lanes.broadcastFloat(x, xk + 8);
            a2 = wa.fma(t, a2);
            b2 = wb.fma(t, b2);
            t = Lanes.broadcastFloat(x, xk + 12);
            a3 = wa.fma(t, a3);
            b3 = wb.fma(t, b3);
        }
        a0.intoMemorySegment(sums, sumsAt, ORDER);
        b0.intoMemorySegment(sums, sumsAt + VECTOR_BYTES, ORDER);
        a1.intoMemorySegment(sums, sumsAt + COLUMN_BYTES, ORDER);
        b1.intoMemorySegment(sums, sumsAt + COLUMN_BYTES + VECTOR_BYTES, ORDER);
        a2.intoMemorySegment(sums, sumsAt + 2 * COLUMN_BYTES, ORDER);
        b2.intoMemorySegment(sums, sumsAt + 2 * COLUMN_BYTES + VECTOR_BYTES, ORDER);
        a3.intoMemorySegment(sums, sumsAt + 3 * COLUMN_BYTES, ORDER);
        b3.intoMemorySegment(sums, sumsAt + 3 * COLUMN_BYTES + VECTOR_BYTES, ORDER);
    }
}
