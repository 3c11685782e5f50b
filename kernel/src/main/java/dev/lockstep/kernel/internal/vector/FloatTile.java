package dev.lockstep.kernel.internal.vector;

import static dev.lockstep.kernel.internal.vector.Species.FLOATS;
import static dev.lockstep.kernel.internal.vector.Species.INTS;
import static dev.lockstep.kernel.internal.vector.Species.ORDER;
import static dev.lockstep.kernel.internal.vector.Species.PANEL_ROWS;
import static dev.lockstep.kernel.internal.vector.Species.VECTOR_BYTES;
import static dev.lockstep.quant.LittleEndian.INT;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static jdk.incubator.vector.IntVector.broadcast;

import dev.lockstep.kernel.Activations;
import dev.lockstep.kernel.MatMulScratch;
import dev.lockstep.kernel.internal.FloatSums;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * Products of float weights, lanes are rows: nothing is ever summed across a vector, and each lane adds its row's products in
 * column order with fused multiply-adds, whatever the number of tokens.
 */
final class FloatTile {
    static final int TOKENS = Activations.QUAD;
    /** Columns that are multiplied together: with the longest vectors they take half of the smallest first-level cache there is. */
    static final int COLUMNS = FloatSums.CHUNK;
    /** Bytes of one column of float weights. */
    static final long COLUMN_BYTES = (long) PANEL_ROWS * Float.BYTES;
    private static final long X_BYTES = (long) TOKENS * Float.BYTES;
    private static final long HALF_BYTES = 2L * VECTOR_BYTES;

    private FloatTile() {
    }

    /**
     * Four tokens times a panel: results += x · w, where the products are added up by themselves first.
     *
     * @param w float32, (count, PANEL_ROWS) from byte {@code wAt}, and memory up to {@link #COLUMNS} columns
     * @param x float32, (count, 4) from byte {@code xAt}, and memory behind them likewise
     * @param count 1 to {@link #COLUMNS}
     * @param s gets {@code results} from byte {@code resultsAt}; {@code sums} are overwritten
     */
    static void panel(MemorySegment w, long wAt, MemorySegment x, long xAt, int count, MatMulScratch s, long resultsAt) {
        multiply(w, wAt, x, xAt, count, s.sums(), 0);
        multiply(w, wAt + HALF_BYTES, x, xAt, count, s.sums(), HALF_BYTES);
        Fold.add(s.sums(), TOKENS, s.results(), resultsAt);
    }

    /**
     * Four tokens times half a panel: sums = x · w. For slices and loops see {@link Rolled}.
     *
     * @param w float32, (count, PANEL_ROWS) from byte {@code wAt}, of which the first two vectors of each column are used, and
     *     memory up to {@link #COLUMNS} columns
     * @param x float32, (count, 4) from byte {@code xAt}, and memory behind them likewise
     * @param count 1 to {@link #COLUMNS}
     * @param sums float32, (4, PANEL_ROWS) from byte {@code sumsAt}, of which the first two vectors of each token are used
     */
    private static void multiply(MemorySegment w, long wAt, MemorySegment x, long xAt, int count, MemorySegment sums, long sumsAt) {
        MemorySegment ws = w.asSlice(wAt, (COLUMNS - 1) * COLUMN_BYTES + HALF_BYTES);
        MemorySegment xs = x.asSlice(xAt, COLUMNS * X_BYTES);
        MemorySegment out = sums.asSlice(sumsAt, (TOKENS - 1) * COLUMN_BYTES + HALF_BYTES);
        FloatVector a0 = Species.zero();
        FloatVector b0 = a0;
        FloatVector a1 = a0;
        FloatVector b1 = a0;
        FloatVector a2 = a0;
        FloatVector b2 = a0;
        FloatVector a3 = a0;
        FloatVector b3 = a0;
        int step = Rolled.step;
        for (int column = 0; column < count; column += step) {
            long wk = (column & COLUMNS - 1) * COLUMN_BYTES;
            long xk = (column & COLUMNS - 1) * X_BYTES;
            FloatVector wa = fromMemorySegment(FLOATS, ws, wk, ORDER);
            FloatVector wb = fromMemorySegment(FLOATS, ws, wk + VECTOR_BYTES, ORDER);
            FloatVector t = broadcast(INTS, xs.get(INT, xk)).reinterpretAsFloats();
            a0 = wa.fma(t, a0);
            b0 = wb.fma(t, b0);
            t = broadcast(INTS, xs.get(INT, xk + 4)).reinterpretAsFloats();
            a1 = wa.fma(t, a1);
            b1 = wb.fma(t, b1);
            t = broadcast(INTS, xs.get(INT, xk + 8)).reinterpretAsFloats();
            a2 = wa.fma(t, a2);
            b2 = wb.fma(t, b2);
            t = broadcast(INTS, xs.get(INT, xk + 12)).reinterpretAsFloats();
            a3 = wa.fma(t, a3);
            b3 = wb.fma(t, b3);
        }
        a0.intoMemorySegment(out, 0, ORDER);
        b0.intoMemorySegment(out, VECTOR_BYTES, ORDER);
        a1.intoMemorySegment(out, COLUMN_BYTES, ORDER);
        b1.intoMemorySegment(out, COLUMN_BYTES + VECTOR_BYTES, ORDER);
        a2.intoMemorySegment(out, 2 * COLUMN_BYTES, ORDER);
        b2.intoMemorySegment(out, 2 * COLUMN_BYTES + VECTOR_BYTES, ORDER);
        a3.intoMemorySegment(out, 3 * COLUMN_BYTES, ORDER);
        b3.intoMemorySegment(out, 3 * COLUMN_BYTES + VECTOR_BYTES, ORDER);
    }
}
