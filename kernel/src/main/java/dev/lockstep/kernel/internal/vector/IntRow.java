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
import dev.lockstep.kernel.MatMulScratch;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;

/**
 * One token times one panel of integer weights: the same sums as {@link IntTile}, and, for weights of 8 bits, as
 * {@link PackedTile}. Each streams its weights from memory once. For slices and loops see {@link Rolled}.
 */
final class IntRow {
    private static final int BLOCK = Activations.BLOCK;
    /** Blocks that are multiplied together. */
    static final int BLOCKS = MatMulScratch.STRETCH / BLOCK;
    private static final int STRETCH = MatMulScratch.STRETCH;
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
     * @param w int16, (count · period, PANEL_ROWS), and memory up to a whole stretch
     * @param x int32 pairs, (count · period) from byte {@code xAt}, and memory behind them likewise
     * @param sums int16, (count, PANEL_ROWS)
     */
    static void multiply(MemorySegment w, MemorySegment x, long xAt, int count, int period, MemorySegment sums) {
        MemorySegment ws = w.asSlice(0, STRETCH * COLUMN_BYTES);
        MemorySegment xs = x.asSlice(xAt, (long) STRETCH * Integer.BYTES);
        MemorySegment out = sums.asSlice(0, IntTile.SUMS * COLUMN_BYTES);
        int step = Rolled.step;
        for (int i = 0; i < count; i += step) {
            ShortVector a = ShortVector.zero(SHORTS);
            ShortVector b = a;
            for (int k = i * period; k < (i + 1) * period; k += step) {
                int column = k & STRETCH - 1;
                ShortVector t = broadcast(INTS, xs.get(INT, column * 4L)).reinterpretAsShorts();
                a = a.add(fromMemorySegment(SHORTS, ws, column * COLUMN_BYTES, ORDER).mul(t));
                b = b.add(fromMemorySegment(SHORTS, ws, column * COLUMN_BYTES + VECTOR_BYTES, ORDER).mul(t));
            }
            long to = (i & IntTile.SUMS - 1) * COLUMN_BYTES;
            a.intoMemorySegment(out, to, ORDER);
            b.intoMemorySegment(out, to + VECTOR_BYTES, ORDER);
        }
    }

    /**
     * Weights of 4 bits straight from the panel, without their zero point of 8: the sums begin at its share. What overflows on
     * the way wraps around and comes back, because the final sums fit. Memory has to reach as far as if there were 8 blocks.
     *
     * @param w nibble planes, (16 · blocks, PANEL_ROWS) bytes from byte {@code wAt}
     * @param blocks 1 to {@value #BLOCKS}
     * @param x int32 pairs, (32 · blocks) from byte {@code xAt}
     * @param biases int32 pairs, (blocks) from byte {@code biasAt}: −8 · Σ x of each block
     * @param sums int16, (blocks, PANEL_ROWS) from byte {@code sumsAt}
     */
    static void multiplyNibbles(MemorySegment w, long wAt, int blocks, MemorySegment x, long xAt, MemorySegment biases,
            long biasAt, MemorySegment sums, long sumsAt) {
        MemorySegment ws = w.asSlice(wAt, (long) BLOCKS * NIBBLE_UNITS * PANEL_ROWS);
        MemorySegment xs = x.asSlice(xAt, BLOCKS * BLOCK_VALUES);
        MemorySegment starts = biases.asSlice(biasAt, (long) BLOCKS * Integer.BYTES);
        MemorySegment out = sums.asSlice(sumsAt, BLOCKS * COLUMN_BYTES);
        int step = Rolled.step;
        for (int i = 0; i < blocks; i += step) {
            int block = i & BLOCKS - 1;
            ShortVector a = broadcast(INTS, starts.get(INT, block * 4L)).reinterpretAsShorts();
            ShortVector b = a;
            for (int j = 0; j < NIBBLE_UNITS; j += step) {
                int unit = j & NIBBLE_UNITS - 1;
                IntVector q = fromMemorySegment(INTS, ws, (long) (block * NIBBLE_UNITS + unit) * PANEL_ROWS, ORDER);
                long xk = block * BLOCK_VALUES + unit * 4L;
                ShortVector low = broadcast(INTS, xs.get(INT, xk)).reinterpretAsShorts();
                ShortVector high = broadcast(INTS, xs.get(INT, xk + NIBBLE_UNITS * 4)).reinterpretAsShorts();
                a = a.add(q.and(LOWEST_NIBBLES).reinterpretAsShorts().mul(low));
                b = b.add(q.lanewise(LSHR, 8).and(LOWEST_NIBBLES).reinterpretAsShorts().mul(low));
                a = a.add(q.lanewise(LSHR, 4).and(LOWEST_NIBBLES).reinterpretAsShorts().mul(high));
                b = b.add(q.reinterpretAsShorts().lanewise(LSHR, 12).mul(high));
            }
            a.intoMemorySegment(out, block * COLUMN_BYTES, ORDER);
            b.intoMemorySegment(out, block * COLUMN_BYTES + VECTOR_BYTES, ORDER);
        }
    }

    /**
     * Weights of 8 bits straight from the panel. The products of two columns fit into 16 bits: 2 · 128 · 127 is less than 2^15.
     * Memory has to reach as far as if there were 8 blocks.
     *
     * @param w int8, (32 · blocks, PANEL_ROWS) from byte {@code wAt}
     * @param blocks 1 to {@value #BLOCKS}
     * @param x int32 pairs, (32 · blocks) from byte {@code xAt}
     * @param sums int32, (blocks, PANEL_ROWS)
     */
    static void multiplyBytes(MemorySegment w, long wAt, int blocks, MemorySegment x, long xAt, MemorySegment sums) {
        MemorySegment ws = w.asSlice(wAt, (long) BLOCKS * BLOCK * PANEL_ROWS);
        MemorySegment xs = x.asSlice(xAt, BLOCKS * BLOCK_VALUES);
        MemorySegment out = sums.asSlice(0, BLOCKS * WIDE_BYTES);
        int step = Rolled.step;
        for (int i = 0; i < blocks; i += step) {
            int block = i & BLOCKS - 1;
            IntVector a = IntVector.zero(INTS);
            IntVector b = a;
            IntVector c = a;
            IntVector d = a;
            for (int j = 0; j < BLOCK / 2; j += step) {
                int column = block * BLOCK + 2 * (j & BLOCK / 2 - 1);
                ShortVector p = fromMemorySegment(SHORTS, ws, (long) column * PANEL_ROWS, ORDER);
                ShortVector q = fromMemorySegment(SHORTS, ws, (long) column * PANEL_ROWS + PANEL_ROWS, ORDER);
                ShortVector first = broadcast(INTS, xs.get(INT, column * 4L)).reinterpretAsShorts();
                ShortVector second = broadcast(INTS, xs.get(INT, column * 4L + 4)).reinterpretAsShorts();
                IntVector even = p.lanewise(LSHL, 8).lanewise(ASHR, 8).mul(first)
                        .add(q.lanewise(LSHL, 8).lanewise(ASHR, 8).mul(second)).reinterpretAsInts();
                IntVector odd = p.lanewise(ASHR, 8).mul(first).add(q.lanewise(ASHR, 8).mul(second)).reinterpretAsInts();
                a = a.add(even.lanewise(LSHL, 16).lanewise(ASHR, 16));
                b = b.add(even.lanewise(ASHR, 16));
                c = c.add(odd.lanewise(LSHL, 16).lanewise(ASHR, 16));
                d = d.add(odd.lanewise(ASHR, 16));
            }
            long to = block * WIDE_BYTES;
            a.intoMemorySegment(out, to, ORDER);
            b.intoMemorySegment(out, to + VECTOR_BYTES, ORDER);
            c.intoMemorySegment(out, to + 2 * VECTOR_BYTES, ORDER);
            d.intoMemorySegment(out, to + 3 * VECTOR_BYTES, ORDER);
        }
    }
}
