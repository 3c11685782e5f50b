package dev.lockstep.kernel.internal.vector;

import static dev.lockstep.kernel.internal.vector.Species.INTS;
import static dev.lockstep.kernel.internal.vector.Species.ORDER;
import static dev.lockstep.kernel.internal.vector.Species.PANEL_ROWS;
import static dev.lockstep.kernel.internal.vector.Species.SHORTS;
import static dev.lockstep.kernel.internal.vector.Species.VECTOR_BYTES;
import static dev.lockstep.quant.LittleEndian.INT;
import static jdk.incubator.vector.IntVector.broadcast;
import static jdk.incubator.vector.ShortVector.fromMemorySegment;

import dev.lockstep.kernel.Activations;
import dev.lockstep.kernel.MatMulScratch;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.ShortVector;

/**
 * Products of small integer weights in 16-bit lanes, which are rows. Sums of a few columns (the period) fit into 16 bits
 * exactly: |w| ≤ 8 times |a| ≤ 127 for 32 columns, |w| ≤ 16 for 16, |w| ≤ 32 for 8. They are stored as they are;
 * {@link Fold} widens and scales them.
 *
 * <p>Sums: int16, shape (tokens, SUMS, PANEL_ROWS), of which columns / period are used. Even lanes of the first vector are the first quarter of the
 * panel's rows, odd lanes the second; the second vector has the other two.
 */
final class IntTile {
    static final int TOKENS = Activations.QUAD;
    private static final int STRETCH = MatMulScratch.STRETCH;
    /** The most sums of a stretch: the shortest period is 8 columns. */
    static final int SUMS = STRETCH / 8;
    /** Bytes of one column of unpacked weights: two vectors. */
    static final long COLUMN_BYTES = 2L * VECTOR_BYTES;
    private static final long X_BYTES = (long) TOKENS * Integer.BYTES;
    /** Bytes of the sums of one token. */
    static final long SUMS_BYTES = SUMS * COLUMN_BYTES;

    private IntTile() {
    }

    /**
     * Four tokens. For slices and loops see {@link Rolled}.
     *
     * @param w int16, (count · period, PANEL_ROWS), and memory up to a whole stretch
     * @param x int32 pairs, (count · period, 4) from byte {@code xAt}, and memory behind them likewise
     * @param sums int16, (4, SUMS, PANEL_ROWS)
     */
    static void multiply(MemorySegment w, MemorySegment x, long xAt, int count, int period, MemorySegment sums) {
        MemorySegment ws = w.asSlice(0, STRETCH * COLUMN_BYTES);
        MemorySegment xs = x.asSlice(xAt, STRETCH * X_BYTES);
        MemorySegment out = sums.asSlice(0, TOKENS * SUMS_BYTES);
        int step = Rolled.step;
        for (int i = 0; i < count; i += step) {
            ShortVector a0 = ShortVector.zero(SHORTS);
            ShortVector b0 = a0;
            ShortVector a1 = a0;
            ShortVector b1 = a0;
            ShortVector a2 = a0;
            ShortVector b2 = a0;
            ShortVector a3 = a0;
            ShortVector b3 = a0;
            for (int column = i * period; column < (i + 1) * period; column += step) {
                long wk = (column & STRETCH - 1) * COLUMN_BYTES;
                long xk = (column & STRETCH - 1) * X_BYTES;
                ShortVector wa = fromMemorySegment(SHORTS, ws, wk, ORDER);
                ShortVector wb = fromMemorySegment(SHORTS, ws, wk + VECTOR_BYTES, ORDER);
                ShortVector t = broadcast(INTS, xs.get(INT, xk)).reinterpretAsShorts();
                a0 = a0.add(wa.mul(t));
                b0 = b0.add(wb.mul(t));
                t = broadcast(INTS, xs.get(INT, xk + 4)).reinterpretAsShorts();
                a1 = a1.add(wa.mul(t));
                b1 = b1.add(wb.mul(t));
                t = broadcast(INTS, xs.get(INT, xk + 8)).reinterpretAsShorts();
                a2 = a2.add(wa.mul(t));
                b2 = b2.add(wb.mul(t));
                t = broadcast(INTS, xs.get(INT, xk + 12)).reinterpretAsShorts();
                a3 = a3.add(wa.mul(t));
                b3 = b3.add(wb.mul(t));
            }
            long to = (i & SUMS - 1) * COLUMN_BYTES;
            a0.intoMemorySegment(out, to, ORDER);
            b0.intoMemorySegment(out, to + VECTOR_BYTES, ORDER);
            a1.intoMemorySegment(out, to + SUMS_BYTES, ORDER);
            b1.intoMemorySegment(out, to + SUMS_BYTES + VECTOR_BYTES, ORDER);
            a2.intoMemorySegment(out, to + 2 * SUMS_BYTES, ORDER);
            b2.intoMemorySegment(out, to + 2 * SUMS_BYTES + VECTOR_BYTES, ORDER);
            a3.intoMemorySegment(out, to + 3 * SUMS_BYTES, ORDER);
            b3.intoMemorySegment(out, to + 3 * SUMS_BYTES + VECTOR_BYTES, ORDER);
        }
    }
}
