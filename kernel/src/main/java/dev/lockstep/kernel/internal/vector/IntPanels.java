package dev.lockstep.kernel.internal.vector;

import static dev.lockstep.kernel.internal.vector.Species.PANEL_ROWS;

import dev.lockstep.kernel.MatMulScratch;
import dev.lockstep.kernel.internal.IntFormat;
import dev.lockstep.quant.PanelForm.Part;
import dev.lockstep.quant.PanelMatrix;
import java.lang.foreign.MemorySegment;

/**
 * What the integer kernels read of a panel, for each row of the table {@link IntFormat}: scales as floats, quants as int16. Each
 * call covers a stretch of columns of the panel that begins at byte {@code at}.
 */
final class IntPanels {
    private static final int BLOCK = 32;
    private static final int SUPER_BLOCK = IntFormat.SUPER_BLOCK;

    private IntPanels() {
    }

    /** Where units of a part that every {@code columns} columns have (32 if nothing is said) begin for {@code column}. */
    private static long part(PanelMatrix weights, long at, Part part, int column, int columns) {
        return at + weights.layout().partOffset(part) + (long) column / columns * part.bytes() * PANEL_ROWS;
    }

    private static long part(PanelMatrix weights, long at, Part part, int column) {
        return part(weights, at, part, column, BLOCK);
    }

    /** Where the nibbles of {@code column}, a multiple of 32, begin. */
    static long nibbles(PanelMatrix weights, long at, int column) {
        return part(weights, at, Part.NIBBLE_PLANE, column);
    }

    /** Where the packed scales of the super-block at {@code column} begin. */
    static long packedScales(PanelMatrix weights, long at, int column) {
        return part(weights, at, Part.PACKED_SCALES, column, SUPER_BLOCK);
    }

    /** What the scales and offsets of super-blocks are multiples of, of all columns, to {@code factors} and {@code offsetFactors}. */
    static void expandFactors(PanelMatrix weights, IntFormat format, long at, MatMulScratch s) {
        if (!format.hasFactors()) {
            return;
        }
        long blocks = weights.layout().rowBlocks();
        Scales.halves(weights.panels(), at + weights.layout().partOffset(Part.SCALE), blocks, s.factors());
        if (format.hasOffset()) {
            Scales.halves(weights.panels(), at + weights.layout().partOffset(Part.MIN), blocks, s.offsetFactors());
            // minima are subtracted
            Scales.negate(s.offsetFactors(), blocks);
        }
    }

    /**
     * Scales of {@code count} columns, from the first on; offsets, where the format has them, at their place among those of all
     * columns. Factors must have been expanded.
     */
    static void expandScales(PanelMatrix weights, IntFormat format, long at, int column, int count, MatMulScratch s) {
        MemorySegment panels = weights.panels();
        int blocks = count / BLOCK;
        long offsets = column / format.groupColumns() * Scales.ROW_FLOATS;
        switch (format) {
            case Q4_0, Q5_0 -> Scales.halves(panels, part(weights, at, Part.SCALE, column), blocks, s.scales());
            case Q4_1, Q5_1 -> {
                Scales.halves(panels, part(weights, at, Part.SCALE, column), blocks, s.scales());
                Scales.halves(panels, part(weights, at, Part.MIN, column), blocks, s.multiples());
                Scales.addZeroPoint(s.scales(), format.zeroPoint(), s.multiples(), blocks, s.offsets(), offsets);
            }
            case MXFP4 -> Scales.exponents(panels, part(weights, at, Part.EXPONENT, column), blocks, s.scales());
            default -> expandSuperBlock(weights, format, at, column, offsets, s);
        }
    }

    private static void expandSuperBlock(PanelMatrix weights, IntFormat format, long at, int column, long offsets,
            MatMulScratch s) {
        MemorySegment panels = weights.panels();
        long factors = column / SUPER_BLOCK * Scales.ROW_FLOATS;
        switch (format) {
            case Q4_K, Q5_K -> {
                long from = packedScales(weights, at, column);
                Scales.sixBit(panels, from, 0, s.scales());
                Scales.sixBit(panels, from, 4, s.multiples());
            }
            case Q2_K -> Scales.nibbles(panels, part(weights, at, Part.SCALES, column, SUPER_BLOCK), s.scales(), s.multiples());
            case Q3_K -> {
                Scales.sixBitSigned(panels, packedScales(weights, at, column), s.shorts());
                Scales.products(s.shorts(), 0, s.factors(), factors, s.scales());
            }
            case Q6_K -> Scales.products(panels, part(weights, at, Part.SCALES, column, SUPER_BLOCK), s.factors(), factors, s.scales());
            default -> throw new IllegalStateException(format.name());
        }
        if (format.hasOffset()) {
            Scales.multiply(s.scales(), s.multiples(), SUPER_BLOCK / format.groupColumns(), s.factors(), s.offsetFactors(), factors,
                    format.zeroPoint(), s.offsets(), offsets);
        }
    }

    /** Unpacks {@code count} columns, to int16 in {@code w}. */
    static void unpack(PanelMatrix weights, IntFormat format, long at, int column, int count, MemorySegment w) {
        MemorySegment panels = weights.panels();
        int blocks = count / BLOCK;
        if (format == IntFormat.MXFP4) {
            Unpack.lookUpNibbles(panels, nibbles(weights, at, column), blocks, NibbleTables.MXFP4, w);
            return;
        }
        switch (format) {
            case Q4_0, Q4_1, Q4_K -> Unpack.nibbles(panels, nibbles(weights, at, column), blocks, format.zeroPoint(), w);
            case Q5_0, Q5_1, Q5_K -> Unpack.fiveBits(panels, nibbles(weights, at, column),
                    part(weights, at, Part.BIT_PLANE, column), blocks, w);
            case Q6_K -> Unpack.sixBits(panels, nibbles(weights, at, column),
                    part(weights, at, Part.TWO_BIT_PLANE, column), blocks, w);
            case Q2_K -> Unpack.twoBits(panels, part(weights, at, Part.TWO_BIT_PLANE, column), blocks, w);
            case Q3_K -> Unpack.threeBits(panels, part(weights, at, Part.TWO_BIT_PLANE, column),
                    part(weights, at, Part.BIT_PLANE, column), blocks, w);
            default -> throw new IllegalStateException(format.name());
        }
    }
}
