package dev.lockstep.kernel.internal.vector;

import static dev.lockstep.kernel.internal.vector.Species.ORDER;
import static dev.lockstep.kernel.internal.vector.Species.SHORTS;
import static dev.lockstep.kernel.internal.vector.Species.VECTOR_BYTES;

import dev.lockstep.kernel.Activations;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.ShortVector;

/**
 * Products of small integer weights in 16-bit lanes, which are rows. Sums of a few columns (the period) fit into 16 bits
 * exactly: |w| ≤ 8 times |a| ≤ 127 for 32 columns, |w| ≤ 16 for 16, |w| ≤ 32 for 8. They are stored as they are;
 * {@link Fold} widens and scales them.
 *
 * <p>C2 does not unroll a loop whose step it does not know, which is why {@code columnBytes} is an argument: unrolled, the loop
 * would load ahead, spill its sums, and spend more on entering and leaving than on its few rounds.
 *
 * <p>Sums: int16, shape (columns / period, tokens, PANEL_ROWS). Even lanes of the first vector are the first quarter of the
 * panel's rows, odd lanes the second; the second vector has the other two.
 */
final class IntTile {
    static final int TOKENS = Activations.TILE;
    /** Bytes of one column of unpacked weights: two vectors. */
    static final long COLUMN_BYTES = 2L * VECTOR_BYTES;
    private static final long X_BYTES = (long) TOKENS * Integer.BYTES;

    private IntTile() {
    }

    /**
     * Four tokens.
     *
     * @param w int16, (count · period, PANEL_ROWS)
     * @param x int32 pairs, (count · period, 4) from byte {@code xAt}
     * @param columnBytes {@link #COLUMN_BYTES}
     * @param sums int16, (count, 4, PANEL_ROWS)
     */
    static void multiply(MemorySegment w, MemorySegment x, long xAt, int count, int period, long columnBytes, MemorySegment sums) {
        long wk = 0;
        long xk = xAt;
        for (int i = 0; i < count; i++) {
            ShortVector a0 = ShortVector.zero(SHORTS);
            ShortVector b0 = a0;
            ShortVector a1 = a0;
            ShortVector b1 = a0;
            ShortVector a2 = a0;
            ShortVector b2 = a0;
            ShortVector a3 = a0;
            ShortVector b3 = a0;
            for (long end = wk + period * columnBytes; wk < end; wk += columnBytes, xk += X_BYTES) {
                ShortVector wa = Lanes.shorts(w, wk);
                ShortVector wb = Lanes.shorts(w, wk + VECTOR_BYTES);
                ShortVector t = Lanes.broadcastPair(x, xk);
                a0 = a0.add(wa.mul(t));
                b0 = b0.add(wb.mul(t));
                t = Lanes.broadcastPair(x, xk + 4);
                a1 = a1.add(wa.mul(t));
                b1 = b1.add(wb.mul(t));
                t = Lanes.broadcastPair(x, xk + 8);
                a2 = a2.add(wa.mul(t));
                b2 = b2.add(wb.mul(t));
                t = Lanes.broadcastPair(x, xk + 12);
                a3 = a3.add(wa.mul(t));
                b3 = b3.add(wb.mul(t));
            }
            long at = i * TOKENS * COLUMN_BYTES;
            a0.intoMemorySegment(sums, at, ORDER);
            b0.intoMemorySegment(sums, at + VECTOR_BYTES, ORDER);
            a1.intoMemorySegment(sums, at + 2 * VECTOR_BYTES, ORDER);
            b1.intoMemorySegment(sums, at + 3 * VECTOR_BYTES, ORDER);
            a2.intoMemorySegment(sums, at + 4 * VECTOR_BYTES, ORDER);
            b2.intoMemorySegment(sums, at + 5 * VECTOR_BYTES, ORDER);
            a3.intoMemorySegment(sums, at + 6 * VECTOR_BYTES, ORDER);
            b3.intoMemorySegment(sums, at + 7 * VECTOR_BYTES, ORDER);
        }
    }
}
