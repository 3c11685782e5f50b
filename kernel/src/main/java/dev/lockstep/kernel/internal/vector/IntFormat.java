package dev.lockstep.kernel.internal.vector;

import static dev.lockstep.kernel.internal.vector.Species.PANEL_ROWS;

import dev.lockstep.kernel.MatMulScratch;
import dev.lockstep.quant.DType;
import dev.lockstep.quant.PanelForm.Part;
import dev.lockstep.quant.PanelLayout;
import dev.lockstep.quant.PanelMatrix;
import java.lang.foreign.MemorySegment;

/**
 * The table of types that are multiplied in integers: a weight is scale · (q − zeroPoint) + offset.
 *
 * <p>The zero point is subtracted also where the format has none, to make q signed and small; the offset then grows by it.
 */
enum IntFormat {
    Q4_0(8, 32, 32, false),
    Q4_1(8, 32, 32, true),
    Q4_K(8, 32, 32, true),
    Q5_0(16, 16, 32, false),
    Q5_1(16, 16, 32, true),
    Q5_K(16, 16, 32, true),
    Q6_K(32, 8, 16, false),
    Q3_K(4, 16, 16, false),
    Q2_K(0, 16, 16, true),
    MXFP4(0, 16, 32, false);

    private static final int SUPER_BLOCK_GROUPS = 8;
    private static final long ROW_FLOATS = Scales.ROW_FLOATS;

    final int zeroPoint;
    /** Columns whose products with 8-bit activations fit into 16 bits together. */
    final int period;
    /** Columns that share a scale: 16 or 32. */
    final int groupColumns;
    final boolean hasOffset;

    IntFormat(int zeroPoint, int period, int groupColumns, boolean hasOffset) {
        this.zeroPoint = zeroPoint;
        this.period = period;
        this.groupColumns = groupColumns;
        this.hasOffset = hasOffset;
    }

    static IntFormat of(DType type) {
        return switch (type) {
            case Q4_0 -> Q4_0;
            case Q4_1 -> Q4_1;
            case Q4_K -> Q4_K;
            case Q5_0 -> Q5_0;
            case Q5_1 -> Q5_1;
            case Q5_K -> Q5_K;
            case Q6_K -> Q6_K;
            case Q3_K -> Q3_K;
            case Q2_K -> Q2_K;
            case MXFP4 -> MXFP4;
            default -> throw new IllegalArgumentException("type=" + type + " has no integer kernel");
        };
    }

    /** True if the quants are a nibble plane and nothing else, less 8. */
    boolean isPlainNibbles() {
        return this == Q4_0 || this == Q4_1 || this == Q4_K;
    }

    /** Expands all scales, and offsets, of the panel that begins at byte {@code at}. */
    void expandScales(PanelMatrix weights, long at, MatMulScratch s) {
        MemorySegment panels = weights.panels();
        PanelLayout layout = weights.layout();
        long blocks = layout.rowBlocks();
        switch (this) {
            case Q4_0, Q5_0 -> Scales.halves(panels, at + layout.partOffset(Part.SCALE), blocks, s.scales());
            case Q4_1, Q5_1 -> {
                Scales.halves(panels, at + layout.partOffset(Part.SCALE), blocks, s.scales());
                Scales.halves(panels, at + layout.partOffset(Part.MIN), blocks, s.offsets());
                Scales.addZeroPoint(s.scales(), zeroPoint, blocks, s.offsets());
            }
            case MXFP4 -> Scales.exponents(panels, at + layout.partOffset(Part.EXPONENT), blocks, s.scales());
            default -> expandSuperBlocks(panels, at, layout, s);
        }
    }

    private void expandSuperBlocks(MemorySegment panels, long at, PanelLayout layout, MatMulScratch s) {
        long blocks = layout.rowBlocks();
        Scales.halves(panels, at + layout.partOffset(Part.SCALE), blocks, s.factors());
        if (hasOffset) {
            Scales.halves(panels, at + layout.partOffset(Part.MIN), blocks, s.offsetFactors());
            Scales.negate(s.offsetFactors(), blocks);
        }
        Part part = this == Q2_K || this == Q6_K ? Part.SCALES : Part.PACKED_SCALES;
        long scalesAt = at + layout.partOffset(part);
        for (long block = 0; block < blocks; block++) {
            expandSuperBlock(panels, scalesAt + block * part.bytes() * PANEL_ROWS, block, s);
        }
        if (hasOffset && zeroPoint != 0) {
            Scales.addZeroPoint(s.scales(), zeroPoint, blocks * SUPER_BLOCK_GROUPS, s.offsets());
        }
    }

    private void expandSuperBlock(MemorySegment panels, long from, long block, MatMulScratch s) {
        long factorsAt = block * ROW_FLOATS;
        int groups = 256 / groupColumns;
        long to = block * groups * ROW_FLOATS;
        switch (this) {
            case Q4_K, Q5_K -> {
                Scales.sixBit(panels, from, false, s.shorts());
                Scales.signedBytes(s.shorts(), 0, groups, s.factors(), factorsAt, s.scales(), to);
                Scales.sixBit(panels, from, true, s.shorts());
                Scales.signedBytes(s.shorts(), 0, groups, s.offsetFactors(), factorsAt, s.offsets(), to);
            }
            case Q2_K -> {
                Scales.nibbles(panels, from, 0, s.shorts());
                Scales.signedBytes(s.shorts(), 0, groups, s.factors(), factorsAt, s.scales(), to);
                Scales.nibbles(panels, from, 4, s.shorts());
                Scales.signedBytes(s.shorts(), 0, groups, s.offsetFactors(), factorsAt, s.offsets(), to);
            }
            case Q3_K -> {
                Scales.sixBitSigned(panels, from, s.shorts());
                Scales.signedBytes(s.shorts(), 0, groups, s.factors(), factorsAt, s.scales(), to);
            }
            case Q6_K -> Scales.signedBytes(panels, from, groups, s.factors(), factorsAt, s.scales(), to);
            default -> throw new IllegalStateException(name());
        }
    }

    /**
     * Unpacks {@code blocks} times 32 columns from {@code column} on, to int16 in {@code w}.
     *
     * @param at where the panel begins, in bytes
     */
    void unpack(PanelMatrix weights, long at, int column, int blocks, MemorySegment w) {
        if (this == MXFP4) {
            Unpack.lookUpNibbles(weights.panels(), plane(weights, at, Part.NIBBLE_PLANE, column), blocks, NibbleTables.MXFP4, w);
            return;
        }
        Unpack.clear(blocks, zeroPoint, w);
        if (this != Q2_K && this != Q3_K) {
            Unpack.addNibbles(weights.panels(), plane(weights, at, Part.NIBBLE_PLANE, column), blocks, w);
        }
        switch (this) {
            case Q5_0, Q5_1, Q5_K -> Unpack.addBits(weights.panels(), plane(weights, at, Part.BIT_PLANE, column), blocks, 4, w);
            case Q6_K -> Unpack.addTwoBits(weights.panels(), plane(weights, at, Part.TWO_BIT_PLANE, column), blocks, 4, w);
            case Q2_K -> Unpack.addTwoBits(weights.panels(), plane(weights, at, Part.TWO_BIT_PLANE, column), blocks, 0, w);
            case Q3_K -> {
                Unpack.addTwoBits(weights.panels(), plane(weights, at, Part.TWO_BIT_PLANE, column), blocks, 0, w);
                Unpack.addBits(weights.panels(), plane(weights, at, Part.BIT_PLANE, column), blocks, 2, w);
            }
            default -> { }
        }
    }

    /** Where the plane's units for {@code column}, a multiple of 32, begin. */
    static long plane(PanelMatrix weights, long at, Part part, int column) {
        return at + weights.layout().partOffset(part) + (long) column / 32 * part.units() * PANEL_ROWS;
    }
}
