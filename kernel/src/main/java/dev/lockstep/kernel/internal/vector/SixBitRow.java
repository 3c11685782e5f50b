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
import dev.lockstep.kernel.internal.IntFormat;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;

/**
 * One token times a block of all rows of Q4_K, from the panel's bytes to floats in one go, as {@link NibbleRow} does it. Scales
 * of a group are unpacked where they are used, with the operations of {@link Scales#sixBit}. Offsets have a method of their own:
 * together they are more than C1 has virtual registers for, and what C1 gives up C2 never gets. For slices and loops see
 * {@link Rolled}.
 */
final class SixBitRow {
    private static final int GROUPS = 8;
    private static final int HALF = GROUPS / 2;
    private static final int UNITS = 16;
    private static final short NIBBLE = 0xF;
    /** Bytes of a block of all rows. */
    static final long BLOCK_BYTES = 144L * PANEL_ROWS;
    /** Where the first group begins: behind scales and minima of the block, which are halves. */
    private static final int BEGIN = 4 * PANEL_ROWS;
    /** A group has one byte of packed scales of its own, the first four have two. */
    private static final int GROUP = (1 + UNITS) * PANEL_ROWS;
    private static final int FIRST_GROUP = GROUP + PANEL_ROWS;
    private static final long X_BYTES = 32L * Integer.BYTES;
    private static final long GROUP_FLOATS = (long) GROUPS * Float.BYTES;
    private static final long ROW_FLOATS = (long) PANEL_ROWS * Float.BYTES;
    private static final long B = VECTOR_BYTES;
    private static final long C = 2L * VECTOR_BYTES;
    private static final long D = 3L * VECTOR_BYTES;
    private static final int BYTE = 0xFF;

    private SixBitRow() {
    }

    /**
     * What scales and minima of the block at byte {@code at} are multiples of, expanded; minima are subtracted, so theirs are
     * negative. Like {@link Scales#halves}.
     *
     * @param factors gets float32, (PANEL_ROWS)
     * @param minFactors likewise
     * @param part gets the exponents, see {@link RowPart}
     */
    static void factors(MemorySegment w, long at, MemorySegment factors, MemorySegment minFactors, MemorySegment part) {
        MemorySegment ws = w.asSlice(at, 4 * B);
        MemorySegment ds = factors.asSlice(0, ROW_FLOATS);
        MemorySegment ms = minFactors.asSlice(0, ROW_FLOATS);
        IntVector h = fromMemorySegment(INTS, ws, 0, ORDER);
        IntVector g = fromMemorySegment(INTS, ws, B, ORDER);
        ShortVector exponents = h.reinterpretAsShorts().and(RowPart.HALF_EXPONENT).max(g.reinterpretAsShorts().and(RowPart.HALF_EXPONENT));
        h.lanewise(LSHL, 16).lanewise(ASHR, 3).and(Scales.HALF_BITS).reinterpretAsFloats().mul(Scales.EXPONENT_GAP).intoMemorySegment(ds, 0, ORDER);
        h.lanewise(ASHR, 3).and(Scales.HALF_BITS).reinterpretAsFloats().mul(Scales.EXPONENT_GAP).intoMemorySegment(ds, B, ORDER);
        g.lanewise(LSHL, 16).lanewise(ASHR, 3).and(Scales.HALF_BITS).reinterpretAsFloats().mul(Scales.EXPONENT_GAP).intoMemorySegment(ds, C, ORDER);
        g.lanewise(ASHR, 3).and(Scales.HALF_BITS).reinterpretAsFloats().mul(Scales.EXPONENT_GAP).intoMemorySegment(ds, D, ORDER);
        h = fromMemorySegment(INTS, ws, C, ORDER);
        g = fromMemorySegment(INTS, ws, D, ORDER);
        exponents.max(h.reinterpretAsShorts().and(RowPart.HALF_EXPONENT)).max(g.reinterpretAsShorts().and(RowPart.HALF_EXPONENT))
                .intoMemorySegment(part, RowPart.EXPONENTS, ORDER);
        h.lanewise(LSHL, 16).lanewise(ASHR, 3).and(Scales.HALF_BITS).reinterpretAsFloats().mul(-Scales.EXPONENT_GAP).intoMemorySegment(ms, 0, ORDER);
        h.lanewise(ASHR, 3).and(Scales.HALF_BITS).reinterpretAsFloats().mul(-Scales.EXPONENT_GAP).intoMemorySegment(ms, B, ORDER);
        g.lanewise(LSHL, 16).lanewise(ASHR, 3).and(Scales.HALF_BITS).reinterpretAsFloats().mul(-Scales.EXPONENT_GAP).intoMemorySegment(ms, C, ORDER);
        g.lanewise(ASHR, 3).and(Scales.HALF_BITS).reinterpretAsFloats().mul(-Scales.EXPONENT_GAP).intoMemorySegment(ms, D, ORDER);
    }

    /**
     * Eight groups.
     *
     * @param w the block from byte {@code at}
     * @param factors float32, (PANEL_ROWS), of {@link #factors}
     * @param x values, scales and biases from number {@code first}, a multiple of 256
     * @param part as {@link RowPart} says
     */
    static void multiply(MemorySegment w, long at, MemorySegment factors, IntForm x, long first, MemorySegment part) {
        MemorySegment ws = w.asSlice(at, BLOCK_BYTES);
        MemorySegment xs = x.values().asSlice(first * Integer.BYTES, GROUPS * X_BYTES);
        MemorySegment starts = x.biases().asSlice(first / 32 * Integer.BYTES, (long) GROUPS * Integer.BYTES);
        MemorySegment xScales = x.scales().asSlice(first / 32 * Float.BYTES, GROUP_FLOATS);
        MemorySegment ds = factors.asSlice(0, ROW_FLOATS);
        MemorySegment out = part.asSlice(0, ROW_FLOATS);
        int step = Rolled.step;
        for (int i = 0; i < GROUPS; i += step) {
            int group = i & GROUPS - 1;
            boolean last = group >= HALF;
            long own = BEGIN + group * GROUP + Math.min(group, HALF) * PANEL_ROWS;
            long quants = own + (last ? 1 : 2) * PANEL_ROWS;
            ShortVector a = broadcast(INTS, starts.get(INT, group * 4L)).reinterpretAsShorts();
            ShortVector b = a;
            for (int j = 0; j < UNITS; j += step) {
                int unit = j & UNITS - 1;
                ShortVector q = fromMemorySegment(SHORTS, ws, quants + (long) unit * PANEL_ROWS, ORDER);
                long xk = group * X_BYTES + unit * 4L;
                ShortVector low = broadcast(INTS, xs.get(INT, xk)).reinterpretAsShorts();
                ShortVector high = broadcast(INTS, xs.get(INT, xk + UNITS * 4)).reinterpretAsShorts();
                a = a.add(q.and(NIBBLE).mul(low));
                b = b.add(q.lanewise(LSHR, 8).and(NIBBLE).mul(low));
                a = a.add(q.lanewise(LSHR, 4).and(NIBBLE).mul(high));
                b = b.add(q.lanewise(LSHR, 12).mul(high));
            }
            // the last four groups have their lowest bits in a unit of their own, and the highest in those of the first four
            long firstHalf = BEGIN + (group & HALF - 1) * FIRST_GROUP;
            IntVector shared = fromMemorySegment(INTS, ws, own, ORDER);
            IntVector q = fromMemorySegment(INTS, ws, firstHalf, ORDER).lanewise(LSHR, last ? 2 : 0)
                    .and(last ? Scales.TOP_TWO_OF_SIX : Scales.LOW_SIX_BITS).or(shared.and(last ? Scales.LOW_NIBBLES : 0));
            FloatVector t = broadcast(INTS, xScales.get(INT, group * 4L)).reinterpretAsFloats();
            IntVector sums = a.reinterpretAsInts();
            FloatVector scale = ((FloatVector) q.and(BYTE).convert(I2F, 0)).mul(fromMemorySegment(FLOATS, ds, 0, ORDER));
            ((FloatVector) sums.lanewise(LSHL, 16).lanewise(ASHR, 16).convert(I2F, 0)).fma(scale.mul(t), fromMemorySegment(FLOATS, out, 0, ORDER))
                    .intoMemorySegment(out, 0, ORDER);
            scale = ((FloatVector) q.lanewise(LSHR, 16).and(BYTE).convert(I2F, 0)).mul(fromMemorySegment(FLOATS, ds, B, ORDER));
            ((FloatVector) sums.lanewise(ASHR, 16).convert(I2F, 0)).fma(scale.mul(t), fromMemorySegment(FLOATS, out, B, ORDER))
                    .intoMemorySegment(out, B, ORDER);
            sums = b.reinterpretAsInts();
            scale = ((FloatVector) q.lanewise(LSHR, 8).and(BYTE).convert(I2F, 0)).mul(fromMemorySegment(FLOATS, ds, C, ORDER));
            ((FloatVector) sums.lanewise(LSHL, 16).lanewise(ASHR, 16).convert(I2F, 0)).fma(scale.mul(t), fromMemorySegment(FLOATS, out, C, ORDER))
                    .intoMemorySegment(out, C, ORDER);
            scale = ((FloatVector) q.lanewise(LSHR, 24).convert(I2F, 0)).mul(fromMemorySegment(FLOATS, ds, D, ORDER));
            ((FloatVector) sums.lanewise(ASHR, 16).convert(I2F, 0)).fma(scale.mul(t), fromMemorySegment(FLOATS, out, D, ORDER))
                    .intoMemorySegment(out, D, ORDER);
        }
    }

    /**
     * What the offsets of the eight groups add: scale · zero point + minimum, times the sum of a group's activations.
     *
     * @param w the block from byte {@code at}, of which little is read, and for the second time
     * @param factors float32, (PANEL_ROWS), of {@link #factors}
     * @param minFactors likewise
     * @param x sums from number {@code first}, a multiple of 256
     * @param offsets float32, (PANEL_ROWS) from byte {@code offsetsAt}: is added to
     */
    static void addOffsets(MemorySegment w, long at, MemorySegment factors, MemorySegment minFactors, IntForm x, long first,
            MemorySegment offsets, long offsetsAt) {
        MemorySegment ws = w.asSlice(at, BLOCK_BYTES);
        MemorySegment xSums = x.blockSums().rows().asSlice(first / 32 * Float.BYTES, GROUP_FLOATS);
        MemorySegment ds = factors.asSlice(0, ROW_FLOATS);
        MemorySegment ms = minFactors.asSlice(0, ROW_FLOATS);
        MemorySegment os = offsets.asSlice(offsetsAt, ROW_FLOATS);
        FloatVector zeroPoint = FloatVector.broadcast(FLOATS, IntFormat.Q4_K.zeroPoint());
        int step = Rolled.step;
        for (int i = 0; i < GROUPS; i += step) {
            int group = i & GROUPS - 1;
            boolean last = group >= HALF;
            long own = BEGIN + group * GROUP + Math.min(group, HALF) * PANEL_ROWS;
            long firstHalf = BEGIN + (group & HALF - 1) * FIRST_GROUP;
            IntVector shared = fromMemorySegment(INTS, ws, own, ORDER);
            IntVector q = fromMemorySegment(INTS, ws, firstHalf, ORDER).lanewise(LSHR, last ? 2 : 0)
                    .and(last ? Scales.TOP_TWO_OF_SIX : Scales.LOW_SIX_BITS).or(shared.and(last ? Scales.LOW_NIBBLES : 0));
            IntVector m = fromMemorySegment(INTS, ws, firstHalf + PANEL_ROWS, ORDER).lanewise(LSHR, last ? 2 : 0)
                    .and(last ? Scales.TOP_TWO_OF_SIX : Scales.LOW_SIX_BITS).or(shared.lanewise(LSHR, 4).and(last ? Scales.LOW_NIBBLES : 0));
            FloatVector u = broadcast(INTS, xSums.get(INT, group * 4L)).reinterpretAsFloats();
            FloatVector scale = ((FloatVector) q.and(BYTE).convert(I2F, 0)).mul(fromMemorySegment(FLOATS, ds, 0, ORDER));
            scale.fma(zeroPoint, ((FloatVector) m.and(BYTE).convert(I2F, 0)).mul(fromMemorySegment(FLOATS, ms, 0, ORDER)))
                    .fma(u, fromMemorySegment(FLOATS, os, 0, ORDER)).intoMemorySegment(os, 0, ORDER);
            scale = ((FloatVector) q.lanewise(LSHR, 16).and(BYTE).convert(I2F, 0)).mul(fromMemorySegment(FLOATS, ds, B, ORDER));
            scale.fma(zeroPoint, ((FloatVector) m.lanewise(LSHR, 16).and(BYTE).convert(I2F, 0)).mul(fromMemorySegment(FLOATS, ms, B, ORDER)))
                    .fma(u, fromMemorySegment(FLOATS, os, B, ORDER)).intoMemorySegment(os, B, ORDER);
            scale = ((FloatVector) q.lanewise(LSHR, 8).and(BYTE).convert(I2F, 0)).mul(fromMemorySegment(FLOATS, ds, C, ORDER));
            scale.fma(zeroPoint, ((FloatVector) m.lanewise(LSHR, 8).and(BYTE).convert(I2F, 0)).mul(fromMemorySegment(FLOATS, ms, C, ORDER)))
                    .fma(u, fromMemorySegment(FLOATS, os, C, ORDER)).intoMemorySegment(os, C, ORDER);
            scale = ((FloatVector) q.lanewise(LSHR, 24).convert(I2F, 0)).mul(fromMemorySegment(FLOATS, ds, D, ORDER));
            scale.fma(zeroPoint, ((FloatVector) m.lanewise(LSHR, 24).convert(I2F, 0)).mul(fromMemorySegment(FLOATS, ms, D, ORDER)))
                    .fma(u, fromMemorySegment(FLOATS, os, D, ORDER)).intoMemorySegment(os, D, ORDER);
        }
    }
}
