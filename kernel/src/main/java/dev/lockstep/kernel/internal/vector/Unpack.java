package dev.lockstep.kernel.internal.vector;

import static dev.lockstep.kernel.internal.vector.Species.BYTES;
import static dev.lockstep.kernel.internal.vector.Species.ORDER;
import static dev.lockstep.kernel.internal.vector.Species.PANEL_ROWS;
import static dev.lockstep.kernel.internal.vector.Species.VECTOR_BYTES;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Planes of a panel (see {@link dev.lockstep.quant.PanelForm}) to signed 16-bit weights, shape (32 · blocks, PANEL_ROWS): the
 * scratch that {@link IntTile} reads. A block here is 32 columns. Planes of one value are added up.
 */
final class Unpack {
    private static final long COLUMN_BYTES = 2L * VECTOR_BYTES;
    private static final int BLOCK = 32;
    private static final int LOW_NIBBLES = 0x0F0F_0F0F;
    private static final int LOW_TWO_BITS = 0x0303_0303;
    private static final int LOW_BITS = 0x0101_0101;

    private Unpack() {
    }

    /** Sets all weights to minus the zero point. */
    static void clear(int blocks, int zeroPoint, MemorySegment w) {
        for (long at = 0; at < blocks * BLOCK * COLUMN_BYTES; at += VECTOR_BYTES) {
            ShortVector.broadcast(Species.SHORTS, (short) -zeroPoint).intoMemorySegment(w, at, ORDER);
        }
    }

    /** Adds the four lowest bits, 16 units per block. */
    static void addNibbles(MemorySegment panel, long at, int blocks, MemorySegment w) {
        for (int block = 0; block < blocks; block++) {
            for (int i = 0; i < 16; i++) {
                IntVector q = Lanes.ints(panel, at + (long) (block * 16 + i) * PANEL_ROWS);
                long column = (long) (block * BLOCK + i) * COLUMN_BYTES;
                add(q.and(LOW_NIBBLES), w, column);
                add(q.lanewise(VectorOperators.LSHR, 4).and(LOW_NIBBLES), w, column + 16 * COLUMN_BYTES);
            }
        }
    }

    /** Adds two bits, from bit {@code shift} on, 8 units per block. */
    static void addTwoBits(MemorySegment panel, long at, int blocks, int shift, MemorySegment w) {
        for (int block = 0; block < blocks; block++) {
            for (int i = 0; i < BLOCK; i++) {
                IntVector q = Lanes.ints(panel, at + (long) (block * 8 + i % 8) * PANEL_ROWS);
                IntVector bits = q.lanewise(VectorOperators.LSHR, i / 8 * 2).and(LOW_TWO_BITS);
                add(bits.lanewise(VectorOperators.LSHL, shift), w, (block * BLOCK + i) * COLUMN_BYTES);
            }
        }
    }

    /** Adds bit {@code shift}, 4 units per block. */
    static void addBits(MemorySegment panel, long at, int blocks, int shift, MemorySegment w) {
        for (int block = 0; block < blocks; block++) {
            for (int i = 0; i < BLOCK; i++) {
                IntVector q = Lanes.ints(panel, at + (long) (block * 4 + i / 8) * PANEL_ROWS);
                IntVector bits = q.lanewise(VectorOperators.LSHR, i % 8).and(LOW_BITS);
                add(bits.lanewise(VectorOperators.LSHL, shift), w, (block * BLOCK + i) * COLUMN_BYTES);
            }
        }
    }

    /**
     * Sets weights to the values that nibbles stand for, 16 units per block.
     *
     * @param table int8, 16 values, repeated to the length of a vector
     */
    static void lookUpNibbles(MemorySegment panel, long at, int blocks, MemorySegment table, MemorySegment w) {
        ByteVector values = ByteVector.fromMemorySegment(BYTES, table, 0, ORDER);
        for (int block = 0; block < blocks; block++) {
            for (int i = 0; i < 16; i++) {
                IntVector q = Lanes.ints(panel, at + (long) (block * 16 + i) * PANEL_ROWS);
                long column = (long) (block * BLOCK + i) * COLUMN_BYTES;
                set(q.and(LOW_NIBBLES).reinterpretAsBytes().selectFrom(values), w, column);
                set(q.lanewise(VectorOperators.LSHR, 4).and(LOW_NIBBLES).reinterpretAsBytes().selectFrom(values), w,
                        column + 16 * COLUMN_BYTES);
            }
        }
    }

    /** Bytes 0…127 of a panel's rows, added to one column. */
    private static void add(IntVector bytes, MemorySegment w, long column) {
        IntVector low = bytes.and(0x00FF_00FF);
        IntVector high = bytes.lanewise(VectorOperators.LSHR, 8).and(0x00FF_00FF);
        Lanes.shorts(w, column).add(low.reinterpretAsShorts()).intoMemorySegment(w, column, ORDER);
        Lanes.shorts(w, column + VECTOR_BYTES).add(high.reinterpretAsShorts()).intoMemorySegment(w, column + VECTOR_BYTES, ORDER);
    }

    /** Signed bytes of a panel's rows, to one column. */
    private static void set(ByteVector bytes, MemorySegment w, long column) {
        ShortVector pairs = bytes.reinterpretAsShorts();
        pairs.lanewise(VectorOperators.LSHL, 8).lanewise(VectorOperators.ASHR, 8).intoMemorySegment(w, column, ORDER);
        pairs.lanewise(VectorOperators.ASHR, 8).intoMemorySegment(w, column + VECTOR_BYTES, ORDER);
    }
}
