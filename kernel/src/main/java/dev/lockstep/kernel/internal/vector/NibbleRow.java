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
import static jdk.incubator.vector.VectorOperators.LSHR;

import dev.lockstep.kernel.Activations.IntForm;
import dev.lockstep.kernel.MatMulScratch;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;

/**
 * One token times a stretch of a panel of Q4_0, from the panel's bytes to floats in one go: memory is read from its first
 * byte to its last without a pause. The operations are those of {@link IntTile} and {@link Fold#shorts} in the same order, but
 * quants keep their zero point of 8: the sums begin at its share. What overflows on the way wraps around and comes back, because
 * the final sums fit. For slices and loops see {@link Rolled}.
 */
final class NibbleRow {
    /** Bytes of a block of all rows: scales and quants. */
    static final long BLOCK_BYTES = 18L * PANEL_ROWS;
    private static final int BLOCKS = MatMulScratch.STRETCH_BLOCKS;
    private static final int UNITS = 16;
    private static final short NIBBLE = 0xF;
    private static final long X_BYTES = 32L * Integer.BYTES;
    private static final long QUANTS = (long) PANEL_ROWS * Short.BYTES;
    private static final long B = VECTOR_BYTES;
    private static final long C = 2L * VECTOR_BYTES;
    private static final long D = 3L * VECTOR_BYTES;

    private NibbleRow() {
    }

    /**
     * Up to eight blocks.
     *
     * @param w blocks from byte {@code at}: scales, halves, (PANEL_ROWS), and nibbles, bytes, (16, PANEL_ROWS); memory has to reach as
     *     far as if there were 8
     * @param blocks 1 to 8
     * @param x values, scales and biases from number {@code first}, a multiple of 32
     * @param part as {@link RowPart} says
     */
    static void multiply(MemorySegment w, long at, int blocks, IntForm x, long first, MemorySegment part) {
        MemorySegment ws = w.asSlice(at, BLOCKS * BLOCK_BYTES);
        MemorySegment xs = x.values().asSlice(first * Integer.BYTES, BLOCKS * X_BYTES);
        MemorySegment starts = x.biases().asSlice(first / 32 * Integer.BYTES, (long) BLOCKS * Integer.BYTES);
        MemorySegment xScales = x.scales().asSlice(first / 32 * Float.BYTES, (long) BLOCKS * Float.BYTES);
        MemorySegment out = part.asSlice(0, RowPart.BYTES);
        ShortVector exponents = ShortVector.zero(SHORTS);
        int step = Rolled.step;
        for (int i = 0; i < blocks; i += step) {
            int block = i & BLOCKS - 1;
            exponents = exponents.max(fromMemorySegment(SHORTS, ws, block * BLOCK_BYTES, ORDER).and(RowPart.HALF_EXPONENT))
                    .max(fromMemorySegment(SHORTS, ws, block * BLOCK_BYTES + B, ORDER).and(RowPart.HALF_EXPONENT));
            ShortVector a = broadcast(INTS, starts.get(INT, block * 4L)).reinterpretAsShorts();
            ShortVector b = a;
            for (int j = 0; j < UNITS; j += step) {
                int unit = j & UNITS - 1;
                ShortVector q = fromMemorySegment(SHORTS, ws, block * BLOCK_BYTES + QUANTS + (long) unit * PANEL_ROWS, ORDER);
                long xk = block * X_BYTES + unit * 4L;
                ShortVector low = broadcast(INTS, xs.get(INT, xk)).reinterpretAsShorts();
                ShortVector high = broadcast(INTS, xs.get(INT, xk + UNITS * 4)).reinterpretAsShorts();
                a = a.add(q.and(NIBBLE).mul(low));
                b = b.add(q.lanewise(LSHR, 8).and(NIBBLE).mul(low));
                a = a.add(q.lanewise(LSHR, 4).and(NIBBLE).mul(high));
                b = b.add(q.lanewise(LSHR, 12).mul(high));
            }
            FloatVector t = broadcast(INTS, xScales.get(INT, block * 4L)).reinterpretAsFloats();
            IntVector h = fromMemorySegment(INTS, ws, block * BLOCK_BYTES, ORDER);
            IntVector sums = a.reinterpretAsInts();
            ((FloatVector) sums.lanewise(LSHL, 16).lanewise(ASHR, 16).convert(I2F, 0)).fma(h.lanewise(LSHL, 16).lanewise(ASHR, 3)
                    .and(Scales.HALF_BITS).reinterpretAsFloats().mul(Scales.EXPONENT_GAP).mul(t), fromMemorySegment(FLOATS, out, 0, ORDER))
                    .intoMemorySegment(out, 0, ORDER);
            ((FloatVector) sums.lanewise(ASHR, 16).convert(I2F, 0)).fma(h.lanewise(ASHR, 3)
                    .and(Scales.HALF_BITS).reinterpretAsFloats().mul(Scales.EXPONENT_GAP).mul(t), fromMemorySegment(FLOATS, out, B, ORDER))
                    .intoMemorySegment(out, B, ORDER);
            h = fromMemorySegment(INTS, ws, block * BLOCK_BYTES + B, ORDER);
            sums = b.reinterpretAsInts();
            ((FloatVector) sums.lanewise(LSHL, 16).lanewise(ASHR, 16).convert(I2F, 0)).fma(h.lanewise(LSHL, 16).lanewise(ASHR, 3)
                    .and(Scales.HALF_BITS).reinterpretAsFloats().mul(Scales.EXPONENT_GAP).mul(t), fromMemorySegment(FLOATS, out, C, ORDER))
                    .intoMemorySegment(out, C, ORDER);
            ((FloatVector) sums.lanewise(ASHR, 16).convert(I2F, 0)).fma(h.lanewise(ASHR, 3)
                    .and(Scales.HALF_BITS).reinterpretAsFloats().mul(Scales.EXPONENT_GAP).mul(t), fromMemorySegment(FLOATS, out, D, ORDER))
                    .intoMemorySegment(out, D, ORDER);
        }
        exponents.intoMemorySegment(out, RowPart.EXPONENTS, ORDER);
    }
}
