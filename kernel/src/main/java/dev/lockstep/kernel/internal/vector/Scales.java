package dev.lockstep.kernel.internal.vector;

import static dev.lockstep.kernel.internal.vector.Species.ORDER;
import static dev.lockstep.kernel.internal.vector.Species.PANEL_ROWS;
import static dev.lockstep.kernel.internal.vector.Species.VECTOR_BYTES;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/** Scales and offsets of a panel's groups, from what the formats store to floats of shape (groups, PANEL_ROWS). */
final class Scales {
    /** Bytes of one float for each row of a panel. */
    static final long ROW_FLOATS = (long) PANEL_ROWS * Float.BYTES;
    private static final long ROW_BYTES = PANEL_ROWS;
    /** Sub-blocks of a K type with 6-bit scales and minima. */
    private static final int PACKED_GROUPS = 8;
    private static final int LOW_SIX_BITS = 0x3F3F_3F3F;
    private static final int LOW_NIBBLES = 0x0F0F_0F0F;
    private static final int LOW_TWO_BITS = 0x0303_0303;
    private static final int BIT_FIVE = 0x2020_2020;
    private static final int TOP_TWO_OF_SIX = 0x3030_3030;

    private Scales() {
    }

    /**
     * {@code units} halves per row, expanded.
     *
     * @param panel units of 2 bytes from byte {@code at}
     * @param floats float32, (units, PANEL_ROWS)
     */
    static void halves(MemorySegment panel, long at, long units, MemorySegment floats) {
        // one vector at a time: more conversions in one loop body, and C2 stops inlining and boxes every vector
        for (long i = 0; i < 2 * units; i++) {
            IntVector pairs = Lanes.ints(panel, at + i * VECTOR_BYTES);
            Lanes.lowerHalf(pairs).intoMemorySegment(floats, 2 * i * VECTOR_BYTES, ORDER);
            Lanes.upperHalf(pairs).intoMemorySegment(floats, (2 * i + 1) * VECTOR_BYTES, ORDER);
        }
    }

    /** offsets += zeroPoint · scales: weights are read less their zero point. */
    static void addZeroPoint(MemorySegment scales, float zeroPoint, long groups, MemorySegment offsets) {
        for (long at = 0; at < groups * ROW_FLOATS; at += VECTOR_BYTES) {
            Lanes.floats(scales, at).mul(zeroPoint).add(Lanes.floats(offsets, at)).intoMemorySegment(offsets, at, ORDER);
        }
    }

    /** Changes the sign of one float for each row of {@code units}: minima are subtracted. */
    static void negate(MemorySegment floats, long units) {
        for (long at = 0; at < units * ROW_FLOATS; at += VECTOR_BYTES) {
            Lanes.floats(floats, at).neg().intoMemorySegment(floats, at, ORDER);
        }
    }

    /**
     * Signed bytes times one factor per row.
     *
     * @param bytes units of 1 byte from byte {@code at}
     * @param factors float32, (PANEL_ROWS) from byte {@code factorsAt}
     * @param floats float32, (units, PANEL_ROWS) from byte {@code to}
     */
    static void signedBytes(MemorySegment bytes, long at, int units, MemorySegment factors, long factorsAt,
            MemorySegment floats, long to) {
        FloatVector a = Lanes.floats(factors, factorsAt);
        FloatVector b = Lanes.floats(factors, factorsAt + VECTOR_BYTES);
        FloatVector c = Lanes.floats(factors, factorsAt + 2 * VECTOR_BYTES);
        FloatVector d = Lanes.floats(factors, factorsAt + 3 * VECTOR_BYTES);
        for (int unit = 0; unit < units; unit++) {
            IntVector q = Lanes.ints(bytes, at + unit * ROW_BYTES);
            long row = to + unit * ROW_FLOATS;
            Lanes.toFloats(Lanes.signedByte(q, 0)).mul(a).intoMemorySegment(floats, row, ORDER);
            Lanes.toFloats(Lanes.signedByte(q, 2)).mul(b).intoMemorySegment(floats, row + VECTOR_BYTES, ORDER);
            Lanes.toFloats(Lanes.signedByte(q, 1)).mul(c).intoMemorySegment(floats, row + 2 * VECTOR_BYTES, ORDER);
            Lanes.toFloats(Lanes.signedByte(q, 3)).mul(d).intoMemorySegment(floats, row + 3 * VECTOR_BYTES, ORDER);
        }
    }

    /** Sixteen nibbles, from bit {@code shift} of as many bytes (Q2_K), as bytes. */
    static void nibbles(MemorySegment panel, long at, int shift, MemorySegment bytes) {
        for (int group = 0; group < 2 * PACKED_GROUPS; group++) {
            Lanes.ints(panel, at + group * ROW_BYTES).lanewise(VectorOperators.LSHR, shift).and(LOW_NIBBLES)
                    .intoMemorySegment(bytes, group * ROW_BYTES, ORDER);
        }
    }

    /** Eight 6-bit scales, or minima, in twelve bytes (Q4_K, Q5_K), as bytes. */
    static void sixBit(MemorySegment panel, long at, boolean minimum, MemorySegment bytes) {
        int own = minimum ? 4 : 0;
        for (int group = 0; group < 4; group++) {
            IntVector first = Lanes.ints(panel, at + (own + group) * ROW_BYTES);
            first.and(LOW_SIX_BITS).intoMemorySegment(bytes, group * ROW_BYTES, ORDER);
            IntVector high = first.lanewise(VectorOperators.LSHR, 2).and(TOP_TWO_OF_SIX);
            IntVector low = Lanes.ints(panel, at + (8 + group) * ROW_BYTES).lanewise(VectorOperators.LSHR, own).and(LOW_NIBBLES);
            low.or(high).intoMemorySegment(bytes, (4 + group) * ROW_BYTES, ORDER);
        }
    }

    /** Sixteen 6-bit scales in twelve bytes, with a zero point of 32 (Q3_K), as bytes. */
    static void sixBitSigned(MemorySegment panel, long at, MemorySegment bytes) {
        for (int group = 0; group < 2 * PACKED_GROUPS; group++) {
            IntVector low = Lanes.ints(panel, at + group % 8 * ROW_BYTES)
                    .lanewise(VectorOperators.LSHR, group / 8 * 4).and(LOW_NIBBLES);
            IntVector high = Lanes.ints(panel, at + (8 + group % 4) * ROW_BYTES)
                    .lanewise(VectorOperators.LSHR, group / 4 * 2).and(LOW_TWO_BITS).lanewise(VectorOperators.LSHL, 4);
            // 0…63 less 32 without a borrow between the bytes: flip bit 5, then extend the sign from there
            IntVector flipped = low.or(high).lanewise(VectorOperators.XOR, BIT_FIVE);
            IntVector sign = flipped.and(BIT_FIVE);
            flipped.or(sign.lanewise(VectorOperators.LSHL, 1)).or(sign.lanewise(VectorOperators.LSHL, 2))
                    .intoMemorySegment(bytes, group * ROW_BYTES, ORDER);
        }
    }

    /** Exponent bytes e: half of 2^(e − 127), because MXFP4's values are read doubled. */
    static void exponents(MemorySegment panel, long at, long units, MemorySegment scales) {
        for (long i = 0; i < 4 * units; i++) {
            IntVector e = Lanes.ints(panel, at + i / 4 * ROW_BYTES);
            IntVector exponent = e.lanewise(VectorOperators.LSHR, shift((int) i % 4)).and(0xFF);
            power(exponent).intoMemorySegment(scales, i * VECTOR_BYTES, ORDER);
        }
    }

    /** Where in a 32-bit lane the byte of quarter {@code c} of the panel's rows is. */
    private static int shift(int c) {
        return 16 * (c & 1) + 8 * (c >> 1);
    }

    /** 2^(e − 128) for e = 0…255: a float's exponent, but for the two smallest, which are subnormal and larger as integers. */
    private static FloatVector power(IntVector e) {
        IntVector normal = e.sub(1).lanewise(VectorOperators.LSHL, 23);
        return e.add(1).lanewise(VectorOperators.LSHL, 21).max(normal).reinterpretAsFloats();
    }
}
