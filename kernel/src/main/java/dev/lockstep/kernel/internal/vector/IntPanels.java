package dev.lockstep.kernel.internal.vector;

import static dev.lockstep.kernel.internal.vector.Species.INTS;
import static dev.lockstep.kernel.internal.vector.Species.ORDER;
import static dev.lockstep.kernel.internal.vector.Species.PANEL_ROWS;

import dev.lockstep.kernel.MatMulScratch;
import dev.lockstep.kernel.internal.IntFormat;
import dev.lockstep.quant.PanelForm.Part;
import dev.lockstep.quant.PanelMatrix;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.IntVector;

/**
 * What the integer kernels read of a panel, for each row of the table {@link IntFormat}: scales as floats, quants as int16. Each
 * call covers a stretch of columns of the panel that begins at byte {@code at}.
 */
final class IntPanels {
    private static final int BLOCK = 32;
    private static final int SUPER_BLOCK = IntFormat.SUPER_BLOCK;

    private IntPanels() {
    }

    /** Where the block that {@code column} is the first of begins. */
    private static long block(PanelMatrix weights, long at, int column) {
        return at + column / weights.type().blockElements() * weights.layout().panelBlockBytes();
    }

    /** Where a part of that block begins. */
    private static long part(PanelMatrix weights, long at, Part part, int column) {
        return part(weights, at, part, column, 0);
    }

    /** Where the part of one of its groups begins. */
    private static long part(PanelMatrix weights, long at, Part part, int column, int group) {
        return block(weights, at, column) + weights.layout().partOffset(part, group * part.units());
    }

    /** From a part of 32 columns to that of the next. */
    private static long stride(PanelMatrix weights, Part part) {
        return weights.type().blockElements() == BLOCK ? weights.layout().panelBlockBytes() : (long) part.bytes() * PANEL_ROWS;
    }

    /**
     * Scales of {@code count} columns, from the first on; offsets, where the format has them, at their place among those of all
     * columns.
     */
    static void expandScales(PanelMatrix weights, IntFormat format, long at, int column, int count, MatMulScratch s) {
        MemorySegment panels = weights.panels();
        int blocks = count / BLOCK;
        long stride = weights.layout().panelBlockBytes();
        long offsets = column / format.groupColumns() * Scales.ROW_FLOATS;
        switch (format) {
            case Q4_0, Q5_0 -> Scales.halves(panels, part(weights, at, Part.SCALE, column), stride, blocks, s.scales());
            case Q4_1, Q5_1 -> {
                Scales.halves(panels, part(weights, at, Part.SCALE, column), stride, blocks, s.scales());
                Scales.halves(panels, part(weights, at, Part.MIN, column), stride, blocks, s.multiples());
                Scales.addZeroPoint(s.scales(), format.zeroPoint(), s.multiples(), blocks, s.offsets(), offsets);
            }
            case MXFP4 -> Scales.exponents(panels, part(weights, at, Part.EXPONENT, column), stride, blocks, s.scales());
            default -> expandSuperBlock(weights, format, at, column, offsets, s);
        }
    }

    private static void expandSuperBlock(PanelMatrix weights, IntFormat format, long at, int column, long offsets,
            MatMulScratch s) {
        MemorySegment panels = weights.panels();
        expandFactors(weights, format, at, column, s);
        switch (format) {
            case Q4_K, Q5_K -> {
                gatherPackedScales(weights, block(weights, at, column), s.shorts());
                Scales.sixBit(s.shorts(), s.factors(), s.offsetFactors(), format.zeroPoint(), s.scales(), s.offsets(), offsets);
            }
            case Q2_K -> {
                Scales.nibbles(panels, part(weights, at, Part.SCALES, column), s.scales(), s.multiples());
                Scales.multiply(s.scales(), s.multiples(), SUPER_BLOCK / format.groupColumns(), s.factors(), s.offsetFactors(),
                        format.zeroPoint(), s.offsets(), offsets);
            }
            case Q3_K -> {
                Scales.sixBitSigned(panels, part(weights, at, Part.PACKED_SCALES, column), s.shorts());
                Scales.products(s.shorts(), 0, s.factors(), s.scales());
            }
            case Q6_K -> Scales.products(panels, part(weights, at, Part.SCALES, column), s.factors(), s.scales());
            default -> throw new IllegalStateException(format.name());
        }
    }

    /** What the scales and offsets of a super-block are multiples of. */
    private static void expandFactors(PanelMatrix weights, IntFormat format, long at, int column, MatMulScratch s) {
        Scales.halves(weights.panels(), part(weights, at, Part.SCALE, column), 0, 1, s.factors());
        if (format.hasOffset()) {
            Scales.halves(weights.panels(), part(weights, at, Part.MIN, column), 0, 1, s.offsetFactors());
            // minima are subtracted
            Scales.negate(s.offsetFactors(), 1);
        }
    }

    /** Copies the units of packed scales of the block at byte {@code block}, wherever they are in it: bytes, (12, PANEL_ROWS). */
    private static void gatherPackedScales(PanelMatrix weights, long block, MemorySegment packed) {
        for (int unit = 0; unit < Part.PACKED_SCALES.units(); unit++) {
            IntVector.fromMemorySegment(INTS, weights.panels(), block + weights.layout().partOffset(Part.PACKED_SCALES, unit), ORDER)
                    .intoMemorySegment(packed, (long) unit * PANEL_ROWS, ORDER);
        }
    }

    /** Unpacks {@code count} columns, to int16 in {@code w}. */
    static void unpack(PanelMatrix weights, IntFormat format, long at, int column, int count, MemorySegment w) {
        MemorySegment panels = weights.panels();
        int blocks = count / BLOCK;
        long stride = stride(weights, Part.NIBBLE_PLANE);
        if (format == IntFormat.MXFP4) {
            Unpack.lookUpNibbles(panels, part(weights, at, Part.NIBBLE_PLANE, column), stride, blocks, NibbleTables.MXFP4, w);
            return;
        }
        switch (format) {
            case Q4_0, Q4_1 -> Unpack.nibbles(panels, part(weights, at, Part.NIBBLE_PLANE, column), stride, blocks,
                    format.zeroPoint(), w, 0);
            case Q4_K -> {
                // one distance between the first four groups, another between the last four
                for (int half = 0; half < 2; half++) {
                    long group = part(weights, at, Part.NIBBLE_PLANE, column, 4 * half);
                    long next = part(weights, at, Part.NIBBLE_PLANE, column, 4 * half + 1);
                    Unpack.nibbles(panels, group, next - group, 4, format.zeroPoint(), w, half * 4);
                }
            }
            case Q5_0, Q5_1, Q5_K -> Unpack.fiveBits(panels, part(weights, at, Part.NIBBLE_PLANE, column), stride,
                    part(weights, at, Part.BIT_PLANE, column), stride(weights, Part.BIT_PLANE), blocks, w);
            case Q6_K -> Unpack.sixBits(panels, part(weights, at, Part.NIBBLE_PLANE, column),
                    part(weights, at, Part.TWO_BIT_PLANE, column), blocks, w);
            case Q2_K -> Unpack.twoBits(panels, part(weights, at, Part.TWO_BIT_PLANE, column), blocks, w);
            case Q3_K -> Unpack.threeBits(panels, part(weights, at, Part.TWO_BIT_PLANE, column),
                    part(weights, at, Part.BIT_PLANE, column), blocks, w);
            default -> throw new IllegalStateException(format.name());
        }
    }
}
