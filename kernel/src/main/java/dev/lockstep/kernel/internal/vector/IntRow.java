package dev.lockstep.kernel.internal.vector;

import static dev.lockstep.kernel.internal.vector.Species.INTS;
import static dev.lockstep.kernel.internal.vector.Species.ORDER;
import static dev.lockstep.kernel.internal.vector.Species.PANEL_ROWS;
import static dev.lockstep.kernel.internal.vector.Species.SHORTS;
import static dev.lockstep.kernel.internal.vector.Species.VECTOR_BYTES;
import static dev.lockstep.quant.LittleEndian.INT;
import static jdk.incubator.vector.IntVector.broadcast;
import static jdk.incubator.vector.IntVector.fromMemorySegment;
import static jdk.incubator.vector.ShortVector.fromMemorySegment;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import dev.lockstep.kernel.Activations;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;

/**
 * One token times one panel of integer weights: the same sums as {@link IntTile}, and, for weights of 8 bits, as
 * {@link PackedTile}. Each streams its weights from memory once. For slices and loops see {@link Rolled}.
 */
final class IntRow {
    private static final int BLOCK = Activations.BLOCK;
    private static final int PERIOD = IntTile.PERIOD;
    private static final long COLUMN_BYTES = IntTile.COLUMN_BYTES;
    private static final long WIDE_BYTES = 2 * COLUMN_BYTES;
    private static final long BLOCK_VALUES = (long) BLOCK * Integer.BYTES;
    private static final int NIBBLE_UNITS = 16;
    /** The lowest nibble of both halves of a lane. */
    private static final int LOWEST_NIBBLES = 0x000F_000F;

    private IntRow() {
    }

    /**
     * Unpacked weights.
     *
     * @param w int16, (count · period, PANEL_ROWS), and memory up to {@link IntTile#PERIOD} columns from the last period's first
     * @param x int32 pairs, (count · period) from byte {@code xAt}, and memory behind them likewise
     * @param sums int16, (count, PANEL_ROWS)
     */
    static void multiply(MemorySegment w, MemorySegment x, long xAt, int count, int period, MemorySegment sums) {
        int step = Rolled.step;
        for (int i = 0; i < count; i += step) {
            MemorySegment ws = w.asSlice(i * period * COLUMN_BYTES, PERIOD * COLUMN_BYTES);
            MemorySegment xs = x.asSlice(xAt + (long) i * period * Integer.BYTES, (long) PERIOD * Integer.BYTES);
            ShortVector a = ShortVector.zero(SHORTS);
            ShortVector b = a;
            for (int column = 0; column < period; column += step) {
                long wk = (column & PERIOD - 1) * COLUMN_BYTES;
                ShortVector t = broadcast(INTS, xs.get(INT, (column & PERIOD - 1) * (long) Integer.BYTES)).reinterpretAsShorts();
                a = a.add(fromMemorySegment(SHORTS, ws, wk, ORDER).mul(t));
                b = b.add(fromMemorySegment(SHORTS, ws, wk + VECTOR_BYTES, ORDER).mul(t));
            }
            MemorySegment out = sums.asSlice(i * COLUMN_BYTES, COLUMN_BYTES);
            a.intoMemorySegment(out, 0, ORDER);
            b.intoMemorySegment(out, VECTOR_BYTES, ORDER);
        }
    }

    /**
     * Weights of 4 bits straight from the panel, without their zero point of 8: the sums begin at its share. What overflows on
     * the way wraps around and comes back, because the final sums fit.
     *
     * @param w nibble planes, (16 · blocks, PANEL_ROWS) bytes from byte {@code wAt}
     * @param x int32 pairs, (32 · blocks) from byte {@code xAt}
     * @param biases int32 pairs, (blocks) from byte {@code biasAt}: −8 · Σ x of each block
     * @param sums int16, (blocks, PANEL_ROWS)
     */
    static void multiplyNibbles(MemorySegment w, long wAt, int blocks, MemorySegment x, long xAt, MemorySegment biases,
            long biasAt, MemorySegment sums) {
        int step = Rolled.step;
        for (int block = 0; block < blocks; block += step) {
            MemorySegment ws = w.asSlice(wAt + (long) block * NIBBLE_UNITS * PANEL_ROWS, (long) NIBBLE_UNITS * PANEL_ROWS);
            MemorySegment xs = x.asSlice(xAt + block * BLOCK_VALUES, BLOCK_VALUES);
            ShortVector a = broadcast(INTS, biases.get(INT, biasAt + (long) block * Integer.BYTES)).reinterpretAsShorts();
            ShortVector b = a;
            for (int i = 0; i < NIBBLE_UNITS; i += step) {
                int unit = i & NIBBLE_UNITS - 1;
                IntVector q = fromMemorySegment(INTS, ws, (long) unit * PANEL_ROWS, ORDER);
                ShortVector low = broadcast(INTS, xs.get(INT, (long) unit * Integer.BYTES)).reinterpretAsShorts();
                ShortVector high = broadcast(INTS, xs.get(INT, (long) (unit + NIBBLE_UNITS) * Integer.BYTES)).reinterpretAsShorts();
                a = a.add(q.and(LOWEST_NIBBLES).reinterpretAsShorts().mul(low));
                b = b.add(q.lanewise(LSHR, 8).and(LOWEST_NIBBLES).reinterpretAsShorts().mul(low));
                a = a.add(q.lanewise(LSHR, 4).and(LOWEST_NIBBLES).reinterpretAsShorts().mul(high));
                b = b.add(q.reinterpretAsShorts().lanewise(LSHR, 12).mul(high));
            }
            MemorySegment out = sums.asSlice(block * COLUMN_BYTES, COLUMN_BYTES);
            a.intoMemorySegment(out, 0, ORDER);
            b.intoMemorySegment(out, VECTOR_BYTES, ORDER);
        }
    }

    /**
     * Weights of 8 bits straight from the panel. The products of two columns fit into 16 bits: 2 · 128 · 127 is less than 2^15.
     *
     * @param w int8, (32 · blocks, PANEL_ROWS) from byte {@code wAt}
     * @param x int32 pairs, (32 · blocks) from byte {@code xAt}
     * @param sums int32, (blocks, PANEL_ROWS)
     */
    static void multiplyBytes(MemorySegment w, long wAt, int blocks, MemorySegment x, long xAt, MemorySegment sums) {
        int step = Rolled.step;
        for (int block = 0; block < blocks; block += step) {
            MemorySegment ws = w.asSlice(wAt + (long) block * BLOCK * PANEL_ROWS, (long) BLOCK * PANEL_ROWS);
            MemorySegment xs = x.asSlice(xAt + block * BLOCK_VALUES, BLOCK_VALUES);
            IntVector a = IntVector.zero(INTS);
            IntVector b = a;
            IntVector c = a;
            IntVector d = a;
            for (int i = 0; i < BLOCK / 2; i += step) {
                int pair = i & BLOCK / 2 - 1;
                ShortVector p = fromMemorySegment(SHORTS, ws, 2L * pair * PANEL_ROWS, ORDER);
                ShortVector q = fromMemorySegment(SHORTS, ws, (2L * pair + 1) * PANEL_ROWS, ORDER);
                ShortVector first = broadcast(INTS, xs.get(INT, 2L * pair * Integer.BYTES)).reinterpretAsShorts();
                ShortVector second = broadcast(INTS, xs.get(INT, (2L * pair + 1) * Integer.BYTES)).reinterpretAsShorts();
                IntVector even = p.lanewise(LSHL, 8).lanewise(ASHR, 8).mul(first)
                        .add(q.lanewise(LSHL, 8).lanewise(ASHR, 8).mul(second)).reinterpretAsInts();
                IntVector odd = p.lanewise(ASHR, 8).mul(first).add(q.lanewise(ASHR, 8).mul(second)).reinterpretAsInts();
                a = a.add(even.lanewise(LSHL, 16).lanewise(ASHR, 16));
                b = b.add(even.lanewise(ASHR, 16));
                c = c.add(odd.lanewise(LSHL, 16).lanewise(ASHR, 16));
                d = d.add(odd.lanewise(ASHR, 16));
            }
            MemorySegment out = sums.asSlice(block * WIDE_BYTES, WIDE_BYTES);
            a.intoMemorySegment(out, 0, ORDER);
            b.intoMemorySegment(out, VECTOR_BYTES, ORDER);
            c.intoMemorySegment(out, 2 * VECTOR_BYTES, ORDER);
            d.intoMemorySegment(out, 3 * VECTOR_BYTES, ORDER);
        }
    }
}
