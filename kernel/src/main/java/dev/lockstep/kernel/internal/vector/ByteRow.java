package dev.lockstep.kernel.internal.vector;

import static dev.lockstep.kernel.internal.vector.Species.FLOATS;
import static dev.lockstep.kernel.internal.vector.Species.INTS;
import static dev.lockstep.kernel.internal.vector.Species.ORDER;
import static dev.lockstep.kernel.internal.vector.Species.PANEL_ROWS;
import static dev.lockstep.kernel.internal.vector.Species.SHORTS;
import static dev.lockstep.kernel.internal.vector.Species.VECTOR_BYTES;
import static dev.lockstep.quant.LittleEndian.INT;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static jdk.incubator.vector.IntVector.broadcast;
import static jdk.incubator.vector.IntVector.fromMemorySegment;
import static jdk.incubator.vector.ShortVector.fromMemorySegment;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;

import dev.lockstep.kernel.Activations.IntForm;
import dev.lockstep.kernel.MatMulScratch;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;

/**
 * One token times a stretch of a panel of Q8_0, from the panel's bytes to floats in one go: memory is read from its first byte to
 * its last without a pause. The sums of {@link PackedTile}, and the operations of {@link PackedFold} in the same order. For slices
 * and loops see {@link Rolled}.
 */
final class ByteRow {
    /** Bytes of a block of all rows: scales and quants. */
    static final long BLOCK_BYTES = 34L * PANEL_ROWS;
    private static final int BLOCK = 32;
    private static final int BLOCKS = MatMulScratch.STRETCH_BLOCKS;
    private static final long QUANTS = (long) PANEL_ROWS * Short.BYTES;
    private static final long X_BYTES = (long) BLOCK * Integer.BYTES;
    private static final long B = VECTOR_BYTES;
    private static final long C = 2L * VECTOR_BYTES;
    private static final long D = 3L * VECTOR_BYTES;

    private ByteRow() {
    }

    /**
     * The products of two columns fit into 16 bits: 2 · 128 · 127 is less than 2^15.
     *
     * @param w blocks from byte {@code at}: scales, halves, (PANEL_ROWS), and quants, int8, (32, PANEL_ROWS); memory has to reach as
     *     far as if there were 8
     * @param blocks 1 to 8
     * @param x values and scales from number {@code first}, a multiple of 32
     * @param part as {@link RowPart} says
     */
    static void multiply(MemorySegment w, long at, int blocks, IntForm x, long first, MemorySegment part) {
        MemorySegment ws = w.asSlice(at, BLOCKS * BLOCK_BYTES);
        MemorySegment xs = x.values().asSlice(first * Integer.BYTES, BLOCKS * X_BYTES);
        MemorySegment xScales = x.scales().asSlice(first / BLOCK * Float.BYTES, (long) BLOCKS * Float.BYTES);
        MemorySegment out = part.asSlice(0, RowPart.BYTES);
        ShortVector exponents = ShortVector.zero(SHORTS);
        int step = Rolled.step;
        for (int i = 0; i < blocks; i += step) {
            int block = i & BLOCKS - 1;
            exponents = exponents.max(fromMemorySegment(SHORTS, ws, block * BLOCK_BYTES, ORDER).and(RowPart.HALF_EXPONENT))
                    .max(fromMemorySegment(SHORTS, ws, block * BLOCK_BYTES + B, ORDER).and(RowPart.HALF_EXPONENT));
            IntVector a = IntVector.zero(INTS);
            IntVector b = a;
            IntVector c = a;
            IntVector d = a;
            for (int j = 0; j < BLOCK / 2; j += step) {
                int column = 2 * (j & BLOCK / 2 - 1);
                long from = block * BLOCK_BYTES + QUANTS + (long) column * PANEL_ROWS;
                long xk = block * X_BYTES + column * 4L;
                ShortVector p = fromMemorySegment(SHORTS, ws, from, ORDER);
                ShortVector q = fromMemorySegment(SHORTS, ws, from + PANEL_ROWS, ORDER);
                ShortVector first16 = broadcast(INTS, xs.get(INT, xk)).reinterpretAsShorts();
                ShortVector second16 = broadcast(INTS, xs.get(INT, xk + 4)).reinterpretAsShorts();
                IntVector even = p.lanewise(LSHL, 8).lanewise(ASHR, 8).mul(first16)
                        .add(q.lanewise(LSHL, 8).lanewise(ASHR, 8).mul(second16)).reinterpretAsInts();
                IntVector odd = p.lanewise(ASHR, 8).mul(first16).add(q.lanewise(ASHR, 8).mul(second16)).reinterpretAsInts();
                a = a.add(even.lanewise(LSHL, 16).lanewise(ASHR, 16));
                b = b.add(even.lanewise(ASHR, 16));
                c = c.add(odd.lanewise(LSHL, 16).lanewise(ASHR, 16));
                d = d.add(odd.lanewise(ASHR, 16));
            }
            FloatVector t = broadcast(INTS, xScales.get(INT, block * 4L)).reinterpretAsFloats();
            IntVector h = fromMemorySegment(INTS, ws, block * BLOCK_BYTES, ORDER);
            ((FloatVector) a.convert(I2F, 0)).fma(h.lanewise(LSHL, 16).lanewise(ASHR, 3).and(Scales.HALF_BITS)
                    .reinterpretAsFloats().mul(Scales.EXPONENT_GAP).mul(t), fromMemorySegment(FLOATS, out, 0, ORDER))
                    .intoMemorySegment(out, 0, ORDER);
            ((FloatVector) b.convert(I2F, 0)).fma(h.lanewise(ASHR, 3).and(Scales.HALF_BITS)
                    .reinterpretAsFloats().mul(Scales.EXPONENT_GAP).mul(t), fromMemorySegment(FLOATS, out, B, ORDER))
                    .intoMemorySegment(out, B, ORDER);
            h = fromMemorySegment(INTS, ws, block * BLOCK_BYTES + B, ORDER);
            ((FloatVector) c.convert(I2F, 0)).fma(h.lanewise(LSHL, 16).lanewise(ASHR, 3).and(Scales.HALF_BITS)
                    .reinterpretAsFloats().mul(Scales.EXPONENT_GAP).mul(t), fromMemorySegment(FLOATS, out, C, ORDER))
                    .intoMemorySegment(out, C, ORDER);
            ((FloatVector) d.convert(I2F, 0)).fma(h.lanewise(ASHR, 3).and(Scales.HALF_BITS)
                    .reinterpretAsFloats().mul(Scales.EXPONENT_GAP).mul(t), fromMemorySegment(FLOATS, out, D, ORDER))
                    .intoMemorySegment(out, D, ORDER);
        }
        exponents.intoMemorySegment(out, RowPart.EXPONENTS, ORDER);
    }
}
