package dev.lockstep.quant;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * How a block's bytes get from the file's order into the canonical order of a {@link PanelForm}, and back: parts that are
 * copied, and planes of bits that are transposed. No bit is lost and none is added. Immutable and thread-safe.
 */
final class BlockOrder {
    /** For types whose files have the canonical order: nothing to do. */
    static final BlockOrder FILE = new BlockOrder(List.of());

    private enum Exchange { COPY, NIBBLES, BIT_PAIRS, BITS }

    /**
     * Where an exchange happens in a block, in bytes.
     *
     * @param offset the first row of the first small matrix
     * @param stride from one row of a matrix to the next; of a copy, its length
     * @param repeat from one matrix, or copy, to the next
     */
    record Place(int offset, int stride, int repeat) { }

    /** The same exchange, {@code count} times. It is its own inverse if the two places are exchanged. */
    private record Move(Exchange exchange, int count, Place file, Place canonical) {
        void apply(MemorySegment from, long at, Place fromPlace, MemorySegment to, long toAt, Place toPlace) {
            switch (exchange) {
                case COPY -> BitExchange.copy(count, from, at, fromPlace, to, toAt, toPlace);
                case NIBBLES -> BitExchange.nibbles(count, from, at, fromPlace, to, toAt, toPlace);
                case BIT_PAIRS -> BitExchange.bitPairs(count, from, at, fromPlace, to, toAt, toPlace);
                case BITS -> BitExchange.bits(count, from, at, fromPlace, to, toAt, toPlace);
            }
        }
    }

    private final Move[] moves;

    private BlockOrder(List<Move> moves) {
        this.moves = moves.toArray(Move[]::new);
    }

    boolean isFileOrder() {
        return moves.length == 0;
    }

    void toCanonical(MemorySegment file, long at, MemorySegment canonical, long toAt) {
        for (Move move : moves) {
            move.apply(file, at, move.file, canonical, toAt, move.canonical);
        }
    }

    void toFile(MemorySegment canonical, long at, MemorySegment file, long toAt) {
        for (Move move : moves) {
            move.apply(canonical, at, move.canonical, file, toAt, move.file);
        }
    }

    /** Says where the file has the parts of a block of 256 values. */
    static final class Builder {
        private static final int GROUPS = 8;
        private static final int BIT_PAIRS_BYTES = PanelForm.Part.TWO_BIT_PLANE.bytes();
        private static final int BITS_BYTES = PanelForm.Part.BIT_PLANE.bytes();

        private final PanelForm form;
        private final List<Move> moves = new ArrayList<>();

        Builder(PanelForm form) {
            this.form = form;
        }

        /** Parts of the header that follow each other on both sides, byte for byte. */
        Builder copy(int fileOffset, PanelForm.Part... parts) {
            int bytes = List.of(parts).stream().mapToInt(PanelForm.Part::bytes).sum();
            return move(Exchange.COPY, 1, new Place(fileOffset, bytes, 0), new Place(form.offset(parts[0]), bytes, 0));
        }

        /** Single bytes of a part that follow each other in the file. Those that are equally far apart in the form are one move. */
        Builder scatter(int fileOffset, PanelForm.Part part) {
            for (int unit = 0, count; unit < part.units(); unit += count) {
                int first = form.offset(part, unit);
                int repeat = unit + 1 < part.units() ? form.offset(part, unit + 1) - first : 0;
                count = 1;
                while (unit + count < part.units() && form.offset(part, unit + count) == first + count * repeat) {
                    count++;
                }
                move(Exchange.COPY, count, new Place(fileOffset + unit, 1, 1), new Place(first, 1, repeat));
            }
            return this;
        }

        /**
         * Four bits of all values: 32 bytes at a time are the lower nibbles of one group's values and the upper nibbles of
         * those of another one, {@code distance} groups further on.
         */
        Builder nibblePlanes(int fileOffset, int distance) {
            for (int group = 0; group < GROUPS; group += 2 * distance) {
                int first = nibblePlane(group);
                move(Exchange.NIBBLES, distance, new Place(fileOffset + 16 * group, 16, 32),
                        new Place(first, nibblePlane(group + distance) - first, nibblePlane(group + 1) - first));
            }
            return this;
        }

        private int nibblePlane(int group) {
            return form.offset(PanelForm.Part.NIBBLE_PLANE, group * PanelForm.Part.NIBBLE_PLANE.units());
        }

        /** Two bits of all values: 32 bytes at a time hold those of four consecutive groups, the first one lowest. */
        Builder twoBitPlanes(int fileOffset) {
            return move(Exchange.BIT_PAIRS, GROUPS / 4, new Place(fileOffset, 8, 32),
                    new Place(form.offset(PanelForm.Part.TWO_BIT_PLANE), BIT_PAIRS_BYTES, 4 * BIT_PAIRS_BYTES));
        }

        /** One bit of all values: byte i holds those of the i-th values of all groups, the first group lowest. */
        Builder bitPlanes(int fileOffset) {
            return move(Exchange.BITS, 32 / Byte.SIZE, new Place(fileOffset, 1, Byte.SIZE),
                    new Place(form.offset(PanelForm.Part.BIT_PLANE), BITS_BYTES, 1));
        }

        private Builder move(Exchange exchange, int count, Place file, Place canonical) {
            moves.add(new Move(exchange, count, file, canonical));
            return this;
        }

        BlockOrder build() {
            return new BlockOrder(moves);
        }
    }
}
