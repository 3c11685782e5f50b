package dev.lockstep.kernel.internal.vector;

import static dev.lockstep.kernel.internal.vector.Species.ORDER;
import static dev.lockstep.kernel.internal.vector.Species.SHORTS;
import static dev.lockstep.kernel.internal.vector.Species.VECTOR_BYTES;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/**
 * One token times one panel of small integer weights: the same sums as {@link IntTile}, shape (columns / period,
 * PANEL_ROWS). As there, loops are not to be unrolled.
 */
final class IntRow {
    private static final long COLUMN_BYTES = IntTile.COLUMN_BYTES;
    private static final int NIBBLE_UNITS = 16;
    /** The lowest nibble of both halves of a lane. */
    private static final int LOWEST_NIBBLES = 0x000F_000F;

    private IntRow() {
    }

    /**
     * @param w int16, (count · period, PANEL_ROWS)
     * @param x int32 pairs, (count · period) from byte {@code xAt}
     * @param columnBytes {@link IntTile#COLUMN_BYTES}
     * @param sums int16, (count, PANEL_ROWS)
     */
    static void multiply(MemorySegment w, MemorySegment x, long xAt, int count, int period, long columnBytes, MemorySegment sums) {
        long wk = 0;
        long xk = xAt;
        for (int i = 0; i < count; i++) {
            ShortVector a = ShortVector.zero(SHORTS);
            ShortVector b = a;
            for (long end = wk + period * columnBytes; wk < end; wk += columnBytes, xk += Integer.BYTES) {
                ShortVector t = Lanes.broadcastPair(x, xk);
                a = a.add(Lanes.shorts(w, wk).mul(t));
                b = b.add(Lanes.shorts(w, wk + VECTOR_BYTES).mul(t));
            }
            a.intoMemorySegment(sums, i * COLUMN_BYTES, ORDER);
            b.intoMemorySegment(sums, i * COLUMN_BYTES + VECTOR_BYTES, ORDER);
        }
    }

    /**
     * Weights of 4 bits straight from the panel, without their zero point of 8: the sums begin at its share. What overflows on
     * the way wraps around and comes back, because the final sums fit.
     *
     * @param w nibble planes, (16 · blocks, PANEL_ROWS) bytes from byte {@code wAt}
     * @param x int32 pairs, (32 · blocks) from byte {@code xAt}
     * @param biases int32 pairs, (blocks) from byte {@code biasAt}: −8 · Σ x of each block
     * @param unitBytes bytes of a unit of all rows: PANEL_ROWS
     * @param sums int16, (blocks, PANEL_ROWS)
     */
    static void multiplyNibbles(MemorySegment w, long wAt, int blocks, long unitBytes, MemorySegment x, long xAt,
            MemorySegment biases, long biasAt, MemorySegment sums) {
        long wk = wAt;
        long xk = xAt;
        for (int block = 0; block < blocks; block++) {
            ShortVector a = Lanes.broadcastPair(biases, biasAt + (long) block * Integer.BYTES);
            ShortVector b = a;
            for (long end = wk + NIBBLE_UNITS * unitBytes; wk < end; wk += unitBytes, xk += Integer.BYTES) {
                IntVector q = Lanes.ints(w, wk);
                ShortVector low = Lanes.broadcastPair(x, xk);
                ShortVector high = Lanes.broadcastPair(x, xk + NIBBLE_UNITS * Integer.BYTES);
                a = a.add(nibbles(q, 0).mul(low)).add(nibbles(q, 4).mul(high));
                b = b.add(nibbles(q, 8).mul(low)).add(nibbles(q, 12).mul(high));
            }
            xk += NIBBLE_UNITS * Integer.BYTES;
            a.intoMemorySegment(sums, block * COLUMN_BYTES, ORDER);
            b.intoMemorySegment(sums, block * COLUMN_BYTES + VECTOR_BYTES, ORDER);
        }
    }

    private static ShortVector nibbles(IntVector pairs, int shift) {
        return pairs.lanewise(VectorOperators.LSHR, shift).and(LOWEST_NIBBLES).reinterpretAsShorts();
    }
}
