package dev.lockstep.kernel.internal.vector;

import static dev.lockstep.kernel.internal.vector.Species.DOUBLES;
import static dev.lockstep.kernel.internal.vector.Species.LONGS;
import static dev.lockstep.kernel.internal.vector.Species.ORDER;
import static dev.lockstep.kernel.internal.vector.Species.PANEL_ROWS;
import static dev.lockstep.kernel.internal.vector.Species.VECTOR_BYTES;
import static dev.lockstep.quant.LittleEndian.LONG;
import static jdk.incubator.vector.DoubleVector.fromMemorySegment;
import static jdk.incubator.vector.LongVector.broadcast;

import dev.lockstep.kernel.Activations;
import dev.lockstep.kernel.MatMulScratch;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.DoubleVector;

/**
 * Products of 8-bit weights with three tokens at a time. A double holds the quants of three tokens, q₀ + q₁ · 2¹⁸ + q₂ · 2³⁶,
 * and one fused multiply-add with a weight multiplies all three: half as many again as in float32. The sums stay apart, because
 * the quants of a block are so chosen ({@link Activations#MAX_BLOCK_MAGNITUDE}) that each sum of 32 columns is less than 2¹⁷; and
 * all is exact, because together they have less than 53 bits. {@link PackedFold} takes them apart.
 */
final class PackedTile {
    static final int BLOCK = Activations.BLOCK;
    private static final int STRETCH = MatMulScratch.STRETCH;
    /** Numbers of three tokens each that are multiplied together. */
    static final int TRIPLES = Activations.TILE / Activations.TRIPLE;
    /** Bytes of one column of unpacked weights: two vectors. */
    static final long COLUMN_BYTES = 2L * VECTOR_BYTES;
    /** Bytes of a stretch of columns of packed activations. */
    static final long ROW_BYTES = STRETCH * (long) Double.BYTES;
    /** Bytes of the sums of one block. */
    static final long SUMS_BYTES = TRIPLES * COLUMN_BYTES;

    /** Doubles of a vector. */
    private static final int LANES = VECTOR_BYTES / Double.BYTES;

    private PackedTile() {
    }

    /** Where a column goes: of as many as two vectors have doubles, first the even ones, then the odd ones; sums do not mind. */
    static int place(int column) {
        return column & -2 * LANES | (column & 1) * LANES | (column & 2 * LANES - 1) >> 1;
    }

    /**
     * Four triples of tokens times a quarter of a panel's rows. For slices and loops see {@link Rolled}.
     *
     * @param w float64, whole numbers, (32 · blocks, PANEL_ROWS / 4)
     * @param x float64, packed, (4, STRETCH) from byte {@code xAt}
     * @param sums float64, packed, (blocks, 4, PANEL_ROWS / 4)
     */
    static void multiply(MemorySegment w, MemorySegment x, long xAt, int blocks, MemorySegment sums) {
        MemorySegment ws = w.asSlice(0, STRETCH * COLUMN_BYTES);
        MemorySegment x0 = x.asSlice(xAt, ROW_BYTES);
        MemorySegment x1 = x.asSlice(xAt + ROW_BYTES, ROW_BYTES);
        MemorySegment x2 = x.asSlice(xAt + 2 * ROW_BYTES, ROW_BYTES);
        MemorySegment x3 = x.asSlice(xAt + 3 * ROW_BYTES, ROW_BYTES);
        MemorySegment out = sums.asSlice(0, STRETCH / BLOCK * SUMS_BYTES);
        int step = Rolled.step;
        for (int block = 0; block < blocks; block += step) {
            DoubleVector a0 = DoubleVector.zero(DOUBLES);
            DoubleVector b0 = a0;
            DoubleVector a1 = a0;
            DoubleVector b1 = a0;
            DoubleVector a2 = a0;
            DoubleVector b2 = a0;
            DoubleVector a3 = a0;
            DoubleVector b3 = a0;
            for (int column = block * BLOCK; column < (block + 1) * BLOCK; column += step) {
                long wk = (column & STRETCH - 1) * COLUMN_BYTES;
                long xk = (column & STRETCH - 1) * (long) Double.BYTES;
                DoubleVector wa = fromMemorySegment(DOUBLES, ws, wk, ORDER);
                DoubleVector wb = fromMemorySegment(DOUBLES, ws, wk + VECTOR_BYTES, ORDER);
                DoubleVector t = broadcast(LONGS, x0.get(LONG, xk)).reinterpretAsDoubles();
                a0 = wa.fma(t, a0);
                b0 = wb.fma(t, b0);
                t = broadcast(LONGS, x1.get(LONG, xk)).reinterpretAsDoubles();
                a1 = wa.fma(t, a1);
                b1 = wb.fma(t, b1);
                t = broadcast(LONGS, x2.get(LONG, xk)).reinterpretAsDoubles();
                a2 = wa.fma(t, a2);
                b2 = wb.fma(t, b2);
                t = broadcast(LONGS, x3.get(LONG, xk)).reinterpretAsDoubles();
                a3 = wa.fma(t, a3);
                b3 = wb.fma(t, b3);
            }
            long to = (block & STRETCH / BLOCK - 1) * SUMS_BYTES;
            a0.intoMemorySegment(out, to, ORDER);
            b0.intoMemorySegment(out, to + VECTOR_BYTES, ORDER);
            a1.intoMemorySegment(out, to + 2 * VECTOR_BYTES, ORDER);
            b1.intoMemorySegment(out, to + 3 * VECTOR_BYTES, ORDER);
            a2.intoMemorySegment(out, to + 4 * VECTOR_BYTES, ORDER);
            b2.intoMemorySegment(out, to + 5 * VECTOR_BYTES, ORDER);
            a3.intoMemorySegment(out, to + 6 * VECTOR_BYTES, ORDER);
            b3.intoMemorySegment(out, to + 7 * VECTOR_BYTES, ORDER);
        }
    }
}
