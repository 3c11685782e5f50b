package dev.lockstep.quant;

import static dev.lockstep.quant.PanelForm.Part.BIT_PLANE;
import static dev.lockstep.quant.PanelForm.Part.BYTES;
import static dev.lockstep.quant.PanelForm.Part.EXPONENT;
import static dev.lockstep.quant.PanelForm.Part.HALF;
import static dev.lockstep.quant.PanelForm.Part.MIN;
import static dev.lockstep.quant.PanelForm.Part.NIBBLE_PLANE;
import static dev.lockstep.quant.PanelForm.Part.PACKED_SCALES;
import static dev.lockstep.quant.PanelForm.Part.SCALE;
import static dev.lockstep.quant.PanelForm.Part.SCALES;
import static dev.lockstep.quant.PanelForm.Part.TWO_BIT_PLANE;
import static dev.lockstep.quant.PanelForm.Part.WORD;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * The canonical order of a block's bytes: parts that belong to the whole block, then one part after the other for all groups of
 * values, in the order of the values. It is a bijection of the file's block, of the same size; for most types it is the file's
 * own order.
 *
 * <p>A part is a number of units of 1, 2 or 4 bytes. In a panel, each unit of all rows lies side by side before the next; see
 * {@link PanelLayout}. Immutable and thread-safe.
 */
public final class PanelForm {
    private static final int ABSENT = -1;

    static final PanelForm OF_WORDS = header(WORD);
    static final PanelForm OF_HALVES = header(HALF);
    static final PanelForm Q8_0 = header(SCALE).groups(1, BYTES);
    static final PanelForm Q4_0 = header(SCALE).groups(1, NIBBLE_PLANE);
    static final PanelForm Q4_1 = header(SCALE, MIN).groups(1, NIBBLE_PLANE);
    static final PanelForm Q5_0 = header(SCALE).groups(1, BIT_PLANE, NIBBLE_PLANE);
    static final PanelForm Q5_1 = header(SCALE, MIN).groups(1, BIT_PLANE, NIBBLE_PLANE);
    static final PanelForm MXFP4 = header(EXPONENT).groups(1, NIBBLE_PLANE);
    static final PanelForm Q2_K = header(SCALE, MIN, SCALES).groups(8, TWO_BIT_PLANE)
            .ofFile(file -> file.copy(0, SCALES).twoBitPlanes(16).copy(80, SCALE, MIN));
    static final PanelForm Q3_K = header(SCALE, PACKED_SCALES).groups(8, BIT_PLANE, TWO_BIT_PLANE)
            .ofFile(file -> file.bitPlanes(0).twoBitPlanes(32).copy(96, PACKED_SCALES).copy(108, SCALE));
    static final PanelForm Q4_K = header(SCALE, MIN, PACKED_SCALES).groups(8, NIBBLE_PLANE)
            .ofFile(file -> file.copy(0, SCALE, MIN, PACKED_SCALES).nibblePlanes(16, 1));
    static final PanelForm Q5_K = header(SCALE, MIN, PACKED_SCALES).groups(8, BIT_PLANE, NIBBLE_PLANE)
            .ofFile(file -> file.copy(0, SCALE, MIN, PACKED_SCALES).bitPlanes(16).nibblePlanes(48, 1));
    static final PanelForm Q6_K = header(SCALE, SCALES).groups(8, TWO_BIT_PLANE, NIBBLE_PLANE)
            .ofFile(file -> file.nibblePlanes(0, 2).twoBitPlanes(128).copy(192, SCALES).copy(208, SCALE));

    /** What a block is made of. A group is 32 quants q[0..31]; those of less than 8 bits are unsigned, before a zero point. */
    public enum Part {
        /** The value itself, 32 bits. */
        WORD(4, 1),
        /** The value itself, 16 bits. */
        HALF(2, 1),
        /** Half-precision scale d. */
        SCALE(2, 1),
        /** Half-precision minimum: m of Q4_1 and Q5_1, dmin of the K types. */
        MIN(2, 1),
        /** Scale that is a power of two: the exponent byte of MXFP4. */
        EXPONENT(1, 1),
        /** Scales (and minima) of sub-blocks, 6 bits each, packed as in the file. */
        PACKED_SCALES(1, 12),
        /** Scales (and minima) of 16 sub-blocks, one byte each, as in the file. */
        SCALES(1, 16),
        /** Byte i is q[i], signed. */
        BYTES(1, 32),
        /** Bit i of byte j is a bit of q[8j + i]: bit 4 in Q5_0, Q5_1 and Q5_K, bit 2 in Q3_K. */
        BIT_PLANE(1, 4),
        /** Bits 2f and 2f + 1 of byte j are two bits of q[8f + j], f = 0..3: bits 4 and 5 in Q6_K, else bits 0 and 1. */
        TWO_BIT_PLANE(1, 8),
        /** The lower nibble of byte i is bits 0..3 of q[i], the upper nibble those of q[i + 16]. */
        NIBBLE_PLANE(1, 16);

        private final int unitBytes;
        private final int units;

        Part(int unitBytes, int units) {
            this.unitBytes = unitBytes;
            this.units = units;
        }

        /** Bytes of one unit: 1, 2 or 4. */
        public int unitBytes() {
            return unitBytes;
        }

        /** Units of the part in one row. */
        public int units() {
            return units;
        }

        /** Bytes of the part in one row. */
        public int bytes() {
            return unitBytes * units;
        }
    }

    /** All units of one part in a block. */
    record Run(int unitBytes, int units) {
        int bytes() {
            return unitBytes * units;
        }
    }

    private final List<Part> header;
    private final int groups;
    private final List<Part> group;
    private final BlockOrder order;
    private final List<Run> runs;
    private final int blockBytes;
    private final LaneWeaver lanes;
    /** Where each part begins, by ordinal, in bytes; asked for each panel of each product, so it is looked up, not computed. */
    private final int[] offsets = new int[Part.values().length];

    private PanelForm(List<Part> header, int groups, List<Part> group, BlockOrder order) {
        this.header = header;
        this.groups = groups;
        this.group = group;
        this.order = order;
        this.runs = runsOf(header, groups, group);
        this.blockBytes = runs.stream().mapToInt(Run::bytes).sum();
        this.lanes = new LaneWeaver(this);
        Arrays.fill(offsets, ABSENT);
        int offset = 0;
        for (Part part : header) {
            offsets[part.ordinal()] = offset;
            offset += part.bytes();
        }
        for (Part part : group) {
            offsets[part.ordinal()] = offset;
            offset += groups * part.bytes();
        }
    }

    private static PanelForm header(Part... parts) {
        return new PanelForm(List.of(parts), 0, List.of(), BlockOrder.FILE);
    }

    private PanelForm groups(int count, Part... parts) {
        return new PanelForm(header, count, List.of(parts), order);
    }

    /** This form for blocks that the file orders in another way: where the file has what. */
    private PanelForm ofFile(UnaryOperator<BlockOrder.Builder> file) {
        return new PanelForm(header, groups, group, file.apply(new BlockOrder.Builder(this)).build());
    }

    private static List<Run> runsOf(List<Part> header, int groups, List<Part> group) {
        List<Run> runs = new ArrayList<>();
        header.forEach(part -> runs.add(new Run(part.unitBytes, part.units)));
        group.forEach(part -> runs.add(new Run(part.unitBytes, groups * part.units)));
        return List.copyOf(runs);
    }

    /** Parts of the whole block, in order. */
    public List<Part> header() {
        return header;
    }

    /** Groups behind the header; 0 if there is only the header. */
    public int groups() {
        return groups;
    }

    /** Parts of one group, in order. */
    public List<Part> group() {
        return group;
    }

    /** Bytes of a block. */
    public int blockBytes() {
        return blockBytes;
    }

    /**
     * Where a part begins in a canonical block, in bytes: of groups, the first one's.
     *
     * @throws IllegalArgumentException if this form has no such part
     */
    public int offset(Part part) {
        int offset = offsets[part.ordinal()];
        if (offset == ABSENT) {
            throw new IllegalArgumentException("part=" + part + " is not in " + this);
        }
        return offset;
    }

    /**
     * Where a part of a group begins in a canonical block, in bytes.
     *
     * @throws IllegalArgumentException if groups of this form have no such part, or there is no such group
     */
    public int offset(Part part, int groupIndex) {
        if (!group.contains(part) || groupIndex < 0 || groupIndex >= groups) {
            throw new IllegalArgumentException("part=" + part + ", groupIndex=" + groupIndex + " is not in " + this);
        }
        return offset(part) + groupIndex * part.bytes();
    }

    /** How the file orders blocks of this form. */
    BlockOrder order() {
        return order;
    }

    /** A canonical block from its first byte to its last. */
    List<Run> runs() {
        return runs;
    }

    /** Moves single rows of blocks of this form. */
    LaneWeaver lanes() {
        return lanes;
    }

    @Override
    public String toString() {
        return header + " + " + groups + " x " + group;
    }
}
