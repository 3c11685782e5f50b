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
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * The canonical order of a block's bytes: parts that belong to the whole block, then one part after the other for all groups of
 * values, in the order of the values. It is a bijection of the file's block, of the same size; for most types it is the file's
 * own order. Q4_K has its packed scales among the quants, each where a kernel that goes from group to group first needs it: it then
 * reads memory at an even pace, which prefetchers can keep.
 *
 * <p>A part is a number of units of 1, 2 or 4 bytes. In a panel, each unit of all rows lies side by side before the next; see
 * {@link PanelLayout}. Immutable and thread-safe.
 */
public final class PanelForm {
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
    static final PanelForm Q4_K = header(SCALE, MIN, PACKED_SCALES).groups(8, NIBBLE_PLANE).scalesAmongGroups()
            .ofFile(file -> file.copy(0, SCALE, MIN).scatter(4, PACKED_SCALES).nibblePlanes(16, 1));
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

    /** Units of one size that follow each other. */
    record Run(int unitBytes, int units) {
        int bytes() {
            return unitBytes * units;
        }
    }

    /** Units of a part that follow each other, counted through all groups. */
    private record Piece(Part part, int firstUnit, int units) { }

    private final List<Part> header;
    private final int groups;
    private final List<Part> group;
    private final List<Piece> pieces;
    private final BlockOrder order;
    private final List<Run> runs;
    private final int blockBytes;
    private final LaneWeaver lanes;
    /** Where each unit of each part is, by ordinal, in bytes; asked for each product of each panel, so it is looked up. */
    private final int[][] offsets = new int[Part.values().length][];

    private PanelForm(List<Part> header, int groups, List<Part> group, List<Piece> pieces, BlockOrder order) {
        this.header = header;
        this.groups = groups;
        this.group = group;
        this.pieces = pieces;
        this.order = order;
        this.runs = runsOf(pieces);
        this.blockBytes = runs.stream().mapToInt(Run::bytes).sum();
        this.lanes = new LaneWeaver(this);
        header.forEach(part -> offsets[part.ordinal()] = new int[part.units]);
        group.forEach(part -> offsets[part.ordinal()] = new int[groups * part.units]);
        int offset = 0;
        for (Piece piece : pieces) {
            for (int unit = 0; unit < piece.units; unit++) {
                offsets[piece.part.ordinal()][piece.firstUnit + unit] = offset;
                offset += piece.part.unitBytes;
            }
        }
    }

    private static PanelForm header(Part... parts) {
        return new PanelForm(List.of(parts), 0, List.of(), pieces(List.of(parts), 0, List.of()), BlockOrder.FILE);
    }

    private PanelForm groups(int count, Part... parts) {
        return new PanelForm(header, count, List.of(parts), pieces(header, count, List.of(parts)), order);
    }

    private static List<Piece> pieces(List<Part> header, int groups, List<Part> group) {
        return Stream.concat(header.stream().map(part -> new Piece(part, 0, part.units)),
                group.stream().map(part -> new Piece(part, 0, groups * part.units))).toList();
    }

    /**
     * This form with the twelve units of packed scales where they are first needed: unit g and 4 + g before group g of the first
     * four, one of the shared ones before each of the others.
     */
    private PanelForm scalesAmongGroups() {
        List<Piece> among = new ArrayList<>(pieces.stream().filter(piece -> piece.part == SCALE || piece.part == MIN).toList());
        for (int g = 0; g < groups; g++) {
            if (g < groups / 2) {
                among.add(new Piece(PACKED_SCALES, g, 1));
            }
            among.add(new Piece(PACKED_SCALES, groups / 2 + g, 1));
            for (Part part : group) {
                among.add(new Piece(part, g * part.units, part.units));
            }
        }
        return new PanelForm(header, groups, group, List.copyOf(among), order);
    }

    /** This form for blocks that the file orders in another way: where the file has what. */
    private PanelForm ofFile(UnaryOperator<BlockOrder.Builder> file) {
        return new PanelForm(header, groups, group, pieces, file.apply(new BlockOrder.Builder(this)).build());
    }

    /** Neighbours of one size are woven together. */
    private static List<Run> runsOf(List<Piece> pieces) {
        List<Run> runs = new ArrayList<>();
        for (Piece piece : pieces) {
            boolean same = !runs.isEmpty() && runs.getLast().unitBytes == piece.part.unitBytes;
            int before = same ? runs.removeLast().units : 0;
            runs.add(new Run(piece.part.unitBytes, before + piece.units));
        }
        return List.copyOf(runs);
    }

    /** Groups behind the header; 0 if there is only the header. */
    public int groups() {
        return groups;
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
        return offset(part, 0);
    }

    /**
     * Where a unit of a part is in a canonical block, in bytes.
     *
     * @param unit counted through all groups
     * @throws IllegalArgumentException if this form has no such part, or that no such unit
     */
    public int offset(Part part, int unit) {
        int[] units = offsets[part.ordinal()];
        if (units == null || unit < 0 || unit >= units.length) {
            throw new IllegalArgumentException("part=" + part + ", unit=" + unit + " is not in " + this);
        }
        return units[unit];
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
