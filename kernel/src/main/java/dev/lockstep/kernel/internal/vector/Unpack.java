package dev.lockstep.kernel.internal.vector;

import static dev.lockstep.kernel.internal.vector.Species.BYTES;
import static dev.lockstep.kernel.internal.vector.Species.INTS;
import static dev.lockstep.kernel.internal.vector.Species.ORDER;
import static dev.lockstep.kernel.internal.vector.Species.PANEL_ROWS;
import static dev.lockstep.kernel.internal.vector.Species.SHORTS;
import static dev.lockstep.kernel.internal.vector.Species.VECTOR_BYTES;
import static jdk.incubator.vector.IntVector.fromMemorySegment;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;

/**
 * Planes of a panel (see {@link dev.lockstep.quant.PanelForm}) to signed 16-bit weights, shape (32 · blocks, PANEL_ROWS): the
 * scratch that {@link IntTile} reads. A block here is 32 columns; its nibbles begin {@code stride} bytes behind those of the block
 * before. Planes of one value are added up. For slices and loops see {@link Rolled}.
 */
final class Unpack {
    private static final int BLOCK = 32;
    private static final int HALF_BLOCK = BLOCK / 2;
    private static final long COLUMN_BYTES = 2L * VECTOR_BYTES;
    private static final long BLOCK_WEIGHTS = BLOCK * COLUMN_BYTES;
    private static final long NIBBLE_BLOCK = (long) HALF_BLOCK * PANEL_ROWS;
    /** The lowest bits of both halves of a lane. */
    static final int NIBBLES = 0x000F_000F;
    private static final int TWO_BITS = 0x0003_0003;
    private static final int UPPER_TWO_BITS = 0x0030_0030;
    private static final int ONE_BIT = 0x0001_0001;
    /** The lowest bits of all four bytes of a lane. */
    private static final int BYTE_NIBBLES = 0x0F0F_0F0F;

    private Unpack() {
    }

    /** Four bits less the zero point, 16 units per block; the weights of block number {@code first} and the following. */
    static void nibbles(MemorySegment panel, long at, long stride, int blocks, int zeroPoint, MemorySegment w, int first) {
        ShortVector zero = ShortVector.broadcast(SHORTS, (short) zeroPoint);
        int step = Rolled.step;
        for (int block = 0; block < blocks; block += step) {
            MemorySegment plane = panel.asSlice(at + block * stride, NIBBLE_BLOCK);
            MemorySegment out = w.asSlice((first + block) * BLOCK_WEIGHTS, BLOCK_WEIGHTS);
            for (int i = 0; i < HALF_BLOCK; i += step) {
                int unit = i & HALF_BLOCK - 1;
                IntVector q = fromMemorySegment(INTS, plane, (long) unit * PANEL_ROWS, ORDER);
                long low = unit * COLUMN_BYTES;
                long high = (unit + HALF_BLOCK) * COLUMN_BYTES;
                q.and(NIBBLES).reinterpretAsShorts().sub(zero).intoMemorySegment(out, low, ORDER);
                q.lanewise(LSHR, 8).and(NIBBLES).reinterpretAsShorts().sub(zero).intoMemorySegment(out, low + VECTOR_BYTES, ORDER);
                q.lanewise(LSHR, 4).and(NIBBLES).reinterpretAsShorts().sub(zero).intoMemorySegment(out, high, ORDER);
                q.lanewise(LSHR, 12).and(NIBBLES).reinterpretAsShorts().sub(zero).intoMemorySegment(out, high + VECTOR_BYTES, ORDER);
            }
        }
    }

    /**
     * Five bits less 16: nibbles, and the highest bits in 4 units per block from byte {@code bitsAt}, {@code bitsStride} bytes apart.
     */
    static void fiveBits(MemorySegment panel, long at, long stride, long bitsAt, long bitsStride, int blocks, MemorySegment w) {
        ShortVector zero = ShortVector.broadcast(SHORTS, (short) 16);
        int step = Rolled.step;
        for (int block = 0; block < blocks; block += step) {
            MemorySegment plane = panel.asSlice(at + block * stride, NIBBLE_BLOCK);
            MemorySegment bits = panel.asSlice(bitsAt + block * bitsStride, 4L * PANEL_ROWS);
            MemorySegment out = w.asSlice(block * BLOCK_WEIGHTS, BLOCK_WEIGHTS);
            for (int i = 0; i < HALF_BLOCK; i += step) {
                int unit = i & HALF_BLOCK - 1;
                IntVector q = fromMemorySegment(INTS, plane, (long) unit * PANEL_ROWS, ORDER);
                IntVector b = fromMemorySegment(INTS, bits, (long) (unit >> 3) * PANEL_ROWS, ORDER).lanewise(LSHR, unit & 7);
                long to = unit * COLUMN_BYTES;
                q.and(NIBBLES).or(b.and(ONE_BIT).lanewise(LSHL, 4)).reinterpretAsShorts().sub(zero).intoMemorySegment(out, to, ORDER);
                q.lanewise(LSHR, 8).and(NIBBLES).or(b.lanewise(LSHR, 8).and(ONE_BIT).lanewise(LSHL, 4)).reinterpretAsShorts().sub(zero)
                        .intoMemorySegment(out, to + VECTOR_BYTES, ORDER);
                b = fromMemorySegment(INTS, bits, (long) (2 + (unit >> 3)) * PANEL_ROWS, ORDER).lanewise(LSHR, unit & 7);
                to = (unit + HALF_BLOCK) * COLUMN_BYTES;
                q.lanewise(LSHR, 4).and(NIBBLES).or(b.and(ONE_BIT).lanewise(LSHL, 4)).reinterpretAsShorts().sub(zero)
                        .intoMemorySegment(out, to, ORDER);
                q.lanewise(LSHR, 12).and(NIBBLES).or(b.lanewise(LSHR, 8).and(ONE_BIT).lanewise(LSHL, 4)).reinterpretAsShorts().sub(zero)
                        .intoMemorySegment(out, to + VECTOR_BYTES, ORDER);
            }
        }
    }

    /** Six bits less 32: nibbles, and the highest bits in 8 units per block from byte {@code bitsAt}. */
    static void sixBits(MemorySegment panel, long at, long bitsAt, int blocks, MemorySegment w) {
        ShortVector zero = ShortVector.broadcast(SHORTS, (short) 32);
        int step = Rolled.step;
        for (int block = 0; block < blocks; block += step) {
            MemorySegment plane = panel.asSlice(at + block * NIBBLE_BLOCK, NIBBLE_BLOCK);
            MemorySegment bits = panel.asSlice(bitsAt + block * 8L * PANEL_ROWS, 8L * PANEL_ROWS);
            MemorySegment out = w.asSlice(block * BLOCK_WEIGHTS, BLOCK_WEIGHTS);
            for (int i = 0; i < HALF_BLOCK; i += step) {
                int unit = i & HALF_BLOCK - 1;
                IntVector q = fromMemorySegment(INTS, plane, (long) unit * PANEL_ROWS, ORDER);
                IntVector b = fromMemorySegment(INTS, bits, (long) (unit & 7) * PANEL_ROWS, ORDER).lanewise(LSHR, unit >> 3 << 1);
                long to = unit * COLUMN_BYTES;
                q.and(NIBBLES).or(b.and(TWO_BITS).lanewise(LSHL, 4)).reinterpretAsShorts().sub(zero).intoMemorySegment(out, to, ORDER);
                q.lanewise(LSHR, 8).and(NIBBLES).or(b.lanewise(LSHR, 8).and(TWO_BITS).lanewise(LSHL, 4)).reinterpretAsShorts().sub(zero)
                        .intoMemorySegment(out, to + VECTOR_BYTES, ORDER);
                to = (unit + HALF_BLOCK) * COLUMN_BYTES;
                q.lanewise(LSHR, 4).and(NIBBLES).or(b.and(UPPER_TWO_BITS)).reinterpretAsShorts().sub(zero).intoMemorySegment(out, to, ORDER);
                q.lanewise(LSHR, 12).and(NIBBLES).or(b.lanewise(LSHR, 8).and(UPPER_TWO_BITS)).reinterpretAsShorts().sub(zero)
                        .intoMemorySegment(out, to + VECTOR_BYTES, ORDER);
            }
        }
    }

    /** Two bits, 8 units per block. */
    static void twoBits(MemorySegment panel, long at, int blocks, MemorySegment w) {
        int step = Rolled.step;
        for (int block = 0; block < blocks; block += step) {
            MemorySegment plane = panel.asSlice(at + block * 8L * PANEL_ROWS, 8L * PANEL_ROWS);
            MemorySegment out = w.asSlice(block * BLOCK_WEIGHTS, BLOCK_WEIGHTS);
            for (int i = 0; i < 8; i += step) {
                int unit = i & 7;
                IntVector q = fromMemorySegment(INTS, plane, (long) unit * PANEL_ROWS, ORDER);
                long to = unit * COLUMN_BYTES;
                q.and(TWO_BITS).intoMemorySegment(out, to, ORDER);
                q.lanewise(LSHR, 8).and(TWO_BITS).intoMemorySegment(out, to + VECTOR_BYTES, ORDER);
                q.lanewise(LSHR, 2).and(TWO_BITS).intoMemorySegment(out, to + 8 * COLUMN_BYTES, ORDER);
                q.lanewise(LSHR, 10).and(TWO_BITS).intoMemorySegment(out, to + 8 * COLUMN_BYTES + VECTOR_BYTES, ORDER);
                q.lanewise(LSHR, 4).and(TWO_BITS).intoMemorySegment(out, to + 16 * COLUMN_BYTES, ORDER);
                q.lanewise(LSHR, 12).and(TWO_BITS).intoMemorySegment(out, to + 16 * COLUMN_BYTES + VECTOR_BYTES, ORDER);
                q.lanewise(LSHR, 6).and(TWO_BITS).intoMemorySegment(out, to + 24 * COLUMN_BYTES, ORDER);
                q.lanewise(LSHR, 14).and(TWO_BITS).intoMemorySegment(out, to + 24 * COLUMN_BYTES + VECTOR_BYTES, ORDER);
            }
        }
    }

    /** Three bits less 4: two bits, and the highest bits in 4 units per block from byte {@code bitsAt}. */
    static void threeBits(MemorySegment panel, long at, long bitsAt, int blocks, MemorySegment w) {
        ShortVector zero = ShortVector.broadcast(SHORTS, (short) 4);
        int step = Rolled.step;
        for (int block = 0; block < blocks; block += step) {
            MemorySegment plane = panel.asSlice(at + block * 8L * PANEL_ROWS, 8L * PANEL_ROWS);
            MemorySegment bits = panel.asSlice(bitsAt + block * 4L * PANEL_ROWS, 4L * PANEL_ROWS);
            MemorySegment out = w.asSlice(block * BLOCK_WEIGHTS, BLOCK_WEIGHTS);
            for (int i = 0; i < HALF_BLOCK; i += step) {
                int column = i & HALF_BLOCK - 1;
                IntVector q = fromMemorySegment(INTS, plane, (long) (column & 7) * PANEL_ROWS, ORDER).lanewise(LSHR, column >> 3 << 1);
                IntVector b = fromMemorySegment(INTS, bits, (long) (column >> 3) * PANEL_ROWS, ORDER).lanewise(LSHR, column & 7);
                long to = column * COLUMN_BYTES;
                q.and(TWO_BITS).or(b.and(ONE_BIT).lanewise(LSHL, 2)).reinterpretAsShorts().sub(zero).intoMemorySegment(out, to, ORDER);
                q.lanewise(LSHR, 8).and(TWO_BITS).or(b.lanewise(LSHR, 8).and(ONE_BIT).lanewise(LSHL, 2)).reinterpretAsShorts().sub(zero)
                        .intoMemorySegment(out, to + VECTOR_BYTES, ORDER);
                b = fromMemorySegment(INTS, bits, (long) (2 + (column >> 3)) * PANEL_ROWS, ORDER).lanewise(LSHR, column & 7);
                to = (column + HALF_BLOCK) * COLUMN_BYTES;
                q.lanewise(LSHR, 4).and(TWO_BITS).or(b.and(ONE_BIT).lanewise(LSHL, 2)).reinterpretAsShorts().sub(zero)
                        .intoMemorySegment(out, to, ORDER);
                q.lanewise(LSHR, 12).and(TWO_BITS).or(b.lanewise(LSHR, 8).and(ONE_BIT).lanewise(LSHL, 2)).reinterpretAsShorts().sub(zero)
                        .intoMemorySegment(out, to + VECTOR_BYTES, ORDER);
            }
        }
    }

    /**
     * Sets weights to the values that nibbles stand for, 16 units per block.
     *
     * @param table int8, 16 values, repeated to the length of a vector
     */
    static void lookUpNibbles(MemorySegment panel, long at, long stride, int blocks, MemorySegment table, MemorySegment w) {
        ByteVector values = ByteVector.fromMemorySegment(BYTES, table, 0, ORDER);
        int step = Rolled.step;
        for (int block = 0; block < blocks; block += step) {
            MemorySegment plane = panel.asSlice(at + block * stride, NIBBLE_BLOCK);
            MemorySegment out = w.asSlice(block * BLOCK_WEIGHTS, BLOCK_WEIGHTS);
            for (int i = 0; i < HALF_BLOCK; i += step) {
                int unit = i & HALF_BLOCK - 1;
                IntVector q = fromMemorySegment(INTS, plane, (long) unit * PANEL_ROWS, ORDER);
                long low = unit * COLUMN_BYTES;
                long high = (unit + HALF_BLOCK) * COLUMN_BYTES;
                ShortVector first = q.and(BYTE_NIBBLES).reinterpretAsBytes().selectFrom(values).reinterpretAsShorts();
                first.lanewise(LSHL, 8).lanewise(ASHR, 8).intoMemorySegment(out, low, ORDER);
                first.lanewise(ASHR, 8).intoMemorySegment(out, low + VECTOR_BYTES, ORDER);
                ShortVector second = q.lanewise(LSHR, 4).and(BYTE_NIBBLES).reinterpretAsBytes().selectFrom(values).reinterpretAsShorts();
                second.lanewise(LSHL, 8).lanewise(ASHR, 8).intoMemorySegment(out, high, ORDER);
                second.lanewise(ASHR, 8).intoMemorySegment(out, high + VECTOR_BYTES, ORDER);
            }
        }
    }
}
