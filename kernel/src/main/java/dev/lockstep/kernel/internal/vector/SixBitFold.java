package dev.lockstep.kernel.internal.vector;

import static dev.lockstep.kernel.internal.vector.Species.FLOATS;
import static dev.lockstep.kernel.internal.vector.Species.INTS;
import static dev.lockstep.kernel.internal.vector.Species.ORDER;
import static dev.lockstep.kernel.internal.vector.Species.PANEL_ROWS;
import static dev.lockstep.kernel.internal.vector.Species.VECTOR_BYTES;
import static dev.lockstep.quant.LittleEndian.INT;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static jdk.incubator.vector.IntVector.broadcast;
import static jdk.incubator.vector.IntVector.fromMemorySegment;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import dev.lockstep.kernel.MatMulScratch;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * {@link Fold#shorts} for one token and one block of Q4_K, whose scales are used as soon as they are unpacked: for a token
 * alone, unpacking them into memory ({@link Scales}) would cost nearly as much as the product. For slices and loops see
 * {@link Rolled}.
 */
final class SixBitFold {
    private static final int GROUPS = 8;
    private static final int UNITS = 12;
    private static final long ROW = (long) PANEL_ROWS * Float.BYTES;
    private static final long SHORTS = (long) PANEL_ROWS * Short.BYTES;
    private static final long UNIT = PANEL_ROWS;
    private static final long B = VECTOR_BYTES;
    private static final long C = 2L * VECTOR_BYTES;
    private static final long D = 3L * VECTOR_BYTES;
    private static final int LOW_SIX_BITS = 0x3F3F_3F3F;
    private static final int LOW_NIBBLES = 0x0F0F_0F0F;
    private static final int TOP_TWO_OF_SIX = 0x3030_3030;
    private static final int BYTE = 0xFF;

    private SixBitFold() {
    }

    /**
     * part = Σ over groups of float(sum) · (weight scale · activation scale), and the offsets of the groups.
     *
     * @param panel the packed scales, 12 units from byte {@code at}
     * @param block which of the row's blocks it is
     * @param zeroPoint that was subtracted from the quants
     * @param xScales float32, (8) from byte {@code xScalesAt}
     * @param s {@code sums} int16, (8, PANEL_ROWS); {@code factors} and {@code offsetFactors} of the row; gets {@code part} and
     *     {@code offsets}
     */
    static void fold(MemorySegment panel, long at, int block, float zeroPoint, MemorySegment xScales, long xScalesAt,
            MatMulScratch s) {
        MemorySegment units = panel.asSlice(at, UNITS * UNIT);
        MemorySegment factor = s.factors().asSlice(block * ROW, ROW);
        MemorySegment minFactor = s.offsetFactors().asSlice(block * ROW, ROW);
        FloatVector zero = FloatVector.broadcast(FLOATS, zeroPoint);
        FloatVector a = Species.zero();
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        int step = Rolled.step;
        for (int i = 0; i < GROUPS; i += step) {
            int group = i & GROUPS - 1;
            MemorySegment out = s.offsets().asSlice((block * GROUPS + group) * ROW, ROW);
            MemorySegment sum = s.sums().asSlice(group * SHORTS, SHORTS);
            // the last four have their lowest bits in shared units, and the highest in the units of the first four
            boolean last = group >= GROUPS / 2;
            int own = group & GROUPS / 2 - 1;
            IntVector shared = fromMemorySegment(INTS, units, (8 + own) * UNIT, ORDER);
            IntVector steps = fromMemorySegment(INTS, units, own * UNIT, ORDER).lanewise(LSHR, last ? 2 : 0)
                    .and(last ? TOP_TWO_OF_SIX : LOW_SIX_BITS).or(shared.and(last ? LOW_NIBBLES : 0));
            IntVector minima = fromMemorySegment(INTS, units, (4 + own) * UNIT, ORDER).lanewise(LSHR, last ? 2 : 0)
                    .and(last ? TOP_TWO_OF_SIX : LOW_SIX_BITS).or(shared.lanewise(LSHR, 4).and(last ? LOW_NIBBLES : 0));
            FloatVector x = broadcast(INTS, xScales.get(INT, xScalesAt + (long) group * Float.BYTES)).reinterpretAsFloats();
            IntVector first = fromMemorySegment(INTS, sum, 0, ORDER);
            IntVector second = fromMemorySegment(INTS, sum, B, ORDER);
            FloatVector scale = ((FloatVector) steps.and(BYTE).convert(I2F, 0)).mul(fromMemorySegment(FLOATS, factor, 0, ORDER));
            FloatVector offset = ((FloatVector) minima.and(BYTE).convert(I2F, 0)).mul(fromMemorySegment(FLOATS, minFactor, 0, ORDER));
            a = ((FloatVector) first.lanewise(LSHL, 16).lanewise(ASHR, 16).convert(I2F, 0)).fma(scale.mul(x), a);
            scale.fma(zero, offset).intoMemorySegment(out, 0, ORDER);
            scale = ((FloatVector) steps.lanewise(LSHR, 16).and(BYTE).convert(I2F, 0)).mul(fromMemorySegment(FLOATS, factor, B, ORDER));
            offset = ((FloatVector) minima.lanewise(LSHR, 16).and(BYTE).convert(I2F, 0)).mul(fromMemorySegment(FLOATS, minFactor, B, ORDER));
            b = ((FloatVector) first.lanewise(ASHR, 16).convert(I2F, 0)).fma(scale.mul(x), b);
            scale.fma(zero, offset).intoMemorySegment(out, B, ORDER);
            scale = ((FloatVector) steps.lanewise(LSHR, 8).and(BYTE).convert(I2F, 0)).mul(fromMemorySegment(FLOATS, factor, C, ORDER));
            offset = ((FloatVector) minima.lanewise(LSHR, 8).and(BYTE).convert(I2F, 0)).mul(fromMemorySegment(FLOATS, minFactor, C, ORDER));
            c = ((FloatVector) second.lanewise(LSHL, 16).lanewise(ASHR, 16).convert(I2F, 0)).fma(scale.mul(x), c);
            scale.fma(zero, offset).intoMemorySegment(out, C, ORDER);
            scale = ((FloatVector) steps.lanewise(LSHR, 24).convert(I2F, 0)).mul(fromMemorySegment(FLOATS, factor, D, ORDER));
            offset = ((FloatVector) minima.lanewise(LSHR, 24).convert(I2F, 0)).mul(fromMemorySegment(FLOATS, minFactor, D, ORDER));
            d = ((FloatVector) second.lanewise(ASHR, 16).convert(I2F, 0)).fma(scale.mul(x), d);
            scale.fma(zero, offset).intoMemorySegment(out, D, ORDER);
        }
        a.intoMemorySegment(s.part(), 0, ORDER);
        b.intoMemorySegment(s.part(), B, ORDER);
        c.intoMemorySegment(s.part(), C, ORDER);
        d.intoMemorySegment(s.part(), D, ORDER);
    }
}
