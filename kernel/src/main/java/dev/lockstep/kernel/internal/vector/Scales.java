package dev.lockstep.kernel.internal.vector;

import static dev.lockstep.kernel.internal.vector.Species.FLOATS;
import static dev.lockstep.kernel.internal.vector.Species.INTS;
import static dev.lockstep.kernel.internal.vector.Species.ORDER;
import static dev.lockstep.kernel.internal.vector.Species.PANEL_ROWS;
import static dev.lockstep.kernel.internal.vector.Species.VECTOR_BYTES;
import static dev.lockstep.quant.LittleEndian.FLOAT;
import static dev.lockstep.quant.LittleEndian.SHORT;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static jdk.incubator.vector.IntVector.fromMemorySegment;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.OR;
import static jdk.incubator.vector.VectorOperators.XOR;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/** Scales and offsets of a panel's groups, from what the formats store to floats of shape (groups, PANEL_ROWS). */
final class Scales {
    /** Bytes of one float for each row of a panel. */
    static final long ROW_FLOATS = (long) PANEL_ROWS * Float.BYTES;
    private static final long ROW_BYTES = PANEL_ROWS;
    private static final long A = 0;
    private static final long B = VECTOR_BYTES;
    private static final long C = 2L * VECTOR_BYTES;
    private static final long D = 3L * VECTOR_BYTES;
    /** 2^112: what is missing between a half's exponent bias (15) and a float's (127). */
    static final float EXPONENT_GAP = 0x1p112f;
    /** Sign, and exponent and fraction of a half at the places of a float's. */
    static final int HALF_BITS = 0x8FFF_E000;
    private static final int LOWEST_EXPONENT = 0x0080_0000;
    private static final int EXPONENT_OVERFLOW = 0x1000_0000;
    private static final int LOW_BYTE = 0xFF;
    private static final int NIBBLE = 0xF;
    static final int LOW_SIX_BITS = 0x3F3F_3F3F;
    static final int LOW_NIBBLES = 0x0F0F_0F0F;
    private static final int LOW_TWO_BITS = 0x0303_0303;
    private static final int BIT_FIVE = 0x2020_2020;
    static final int TOP_TWO_OF_SIX = 0x3030_3030;

    private Scales() {
    }

    /**
     * {@code units} halves per row, {@code stride} bytes apart, expanded. Exponent and fraction are moved to a float's place; multiplying by 2^112 repairs the
     * bias and normalizes subnormals in one go. Infinities and NaN, which no sound model has, are seen by a carry out of their
     * exponents, and done again without haste.
     *
     * @param panel units of 2 bytes from byte {@code at}
     * @param floats float32, (units, PANEL_ROWS)
     */
    static void halves(MemorySegment panel, long at, long stride, long units, MemorySegment floats) {
        IntVector carries = IntVector.zero(INTS);
        int step = Rolled.step;
        for (long i = 0; i < 2 * units; i += step) {
            IntVector pairs = fromMemorySegment(INTS, panel, at + (i >> 1) * stride + (i & 1) * VECTOR_BYTES, ORDER);
            IntVector low = pairs.lanewise(LSHL, 16).lanewise(ASHR, 3).and(HALF_BITS);
            IntVector high = pairs.lanewise(ASHR, 3).and(HALF_BITS);
            carries = carries.or(low.add(LOWEST_EXPONENT)).or(high.add(LOWEST_EXPONENT));
            low.reinterpretAsFloats().mul(EXPONENT_GAP).intoMemorySegment(floats, 2 * i * VECTOR_BYTES, ORDER);
            high.reinterpretAsFloats().mul(EXPONENT_GAP).intoMemorySegment(floats, (2 * i + 1) * VECTOR_BYTES, ORDER);
        }
        if ((carries.reduceLanes(OR) & EXPONENT_OVERFLOW) != 0) {
            halvesOneByOne(panel, at, stride, units, floats);
        }
    }

    private static void halvesOneByOne(MemorySegment panel, long at, long stride, long units, MemorySegment floats) {
        for (long i = 0; i < 2 * units; i++) {
            for (long lane = 0; lane < VECTOR_BYTES; lane += Integer.BYTES) {
                long from = at + (i >> 1) * stride + (i & 1) * VECTOR_BYTES + lane;
                long to = 2 * i * VECTOR_BYTES + lane;
                floats.set(FLOAT, to, Float.float16ToFloat(panel.get(SHORT, from)));
                floats.set(FLOAT, to + VECTOR_BYTES, Float.float16ToFloat(panel.get(SHORT, from + Short.BYTES)));
            }
        }
    }

    /** Changes the sign of one float for each row of {@code units}. */
    static void negate(MemorySegment floats, long units) {
        for (long at = 0; at < units * ROW_FLOATS; at += VECTOR_BYTES) {
            fromMemorySegment(FLOATS, floats, at, ORDER).neg().intoMemorySegment(floats, at, ORDER);
        }
    }

    /** offsets = scales · zeroPoint + minima, for weights that are read less their zero point; all float32, (groups, PANEL_ROWS). */
    static void addZeroPoint(MemorySegment scales, float zeroPoint, MemorySegment minima, int groups, MemorySegment offsets,
            long offsetsAt) {
        FloatVector zero = FloatVector.broadcast(FLOATS, zeroPoint);
        for (long at = 0; at < groups * ROW_FLOATS; at += VECTOR_BYTES) {
            fromMemorySegment(FLOATS, scales, at, ORDER).fma(zero, fromMemorySegment(FLOATS, minima, at, ORDER))
                    .intoMemorySegment(offsets, offsetsAt + at, ORDER);
        }
    }

    /**
     * Multiples become scales and offsets: scales = scales · factors, offsets = scales · zeroPoint + minima · minFactors.
     *
     * @param scales float32, (groups, PANEL_ROWS), in place
     * @param minima likewise
     * @param factors float32, (PANEL_ROWS)
     * @param minFactors likewise
     * @param offsets float32, (groups, PANEL_ROWS) from byte {@code offsetsAt}
     */
    static void multiply(MemorySegment scales, MemorySegment minima, int groups, MemorySegment factors, MemorySegment minFactors,
            float zeroPoint, MemorySegment offsets, long offsetsAt) {
        FloatVector zero = FloatVector.broadcast(FLOATS, zeroPoint);
        int step = Rolled.step;
        for (int i = 0; i < 4 * groups; i += step) {
            long at = (long) i * VECTOR_BYTES;
            long quarter = (i & 3) * (long) VECTOR_BYTES;
            FloatVector scale = fromMemorySegment(FLOATS, scales, at, ORDER).mul(fromMemorySegment(FLOATS, factors, quarter, ORDER));
            FloatVector minimum = fromMemorySegment(FLOATS, minima, at, ORDER).mul(fromMemorySegment(FLOATS, minFactors, quarter, ORDER));
            scale.intoMemorySegment(scales, at, ORDER);
            scale.fma(zero, minimum).intoMemorySegment(offsets, offsetsAt + at, ORDER);
        }
    }

    /**
     * Eight 6-bit scales and minima in twelve bytes (Q4_K, Q5_K): scales = q · factor, offsets = scales · zeroPoint + minima, where
     * minima = m · minFactor.
     *
     * @param packed bytes, (12, PANEL_ROWS)
     * @param factors float32, (PANEL_ROWS)
     * @param minFactors likewise
     * @param scales float32, (8, PANEL_ROWS)
     * @param offsets float32, (8, PANEL_ROWS) from byte {@code offsetsAt}
     */
    static void sixBit(MemorySegment packed, MemorySegment factors, MemorySegment minFactors, float zeroPoint,
            MemorySegment scales, MemorySegment offsets, long offsetsAt) {
        MemorySegment units = packed.asSlice(0, 12 * ROW_BYTES);
        MemorySegment factor = factors.asSlice(0, ROW_FLOATS);
        MemorySegment minFactor = minFactors.asSlice(0, ROW_FLOATS);
        MemorySegment out = scales.asSlice(0, 8 * ROW_FLOATS);
        MemorySegment minima = offsets.asSlice(offsetsAt, 8 * ROW_FLOATS);
        FloatVector zero = FloatVector.broadcast(FLOATS, zeroPoint);
        int step = Rolled.step;
        for (int i = 0; i < 8; i += step) {
            int group = i & 7;
            long to = group * ROW_FLOATS;
            // the last four have their lowest bits in shared units, and the highest in the units of the first four
            boolean last = group >= 4;
            IntVector shared = fromMemorySegment(INTS, units, (8 + (group & 3)) * ROW_BYTES, ORDER);
            IntVector q = fromMemorySegment(INTS, units, (group & 3) * ROW_BYTES, ORDER).lanewise(LSHR, last ? 2 : 0)
                    .and(last ? TOP_TWO_OF_SIX : LOW_SIX_BITS).or(shared.and(last ? LOW_NIBBLES : 0));
            IntVector m = fromMemorySegment(INTS, units, (4 + (group & 3)) * ROW_BYTES, ORDER).lanewise(LSHR, last ? 2 : 0)
                    .and(last ? TOP_TWO_OF_SIX : LOW_SIX_BITS).or(shared.lanewise(LSHR, 4).and(last ? LOW_NIBBLES : 0));
            FloatVector scale = ((FloatVector) q.and(LOW_BYTE).convert(I2F, 0)).mul(fromMemorySegment(FLOATS, factor, A, ORDER));
            FloatVector minimum = ((FloatVector) m.and(LOW_BYTE).convert(I2F, 0)).mul(fromMemorySegment(FLOATS, minFactor, A, ORDER));
            scale.intoMemorySegment(out, to + A, ORDER);
            scale.fma(zero, minimum).intoMemorySegment(minima, to + A, ORDER);
            scale = ((FloatVector) q.lanewise(LSHR, 16).and(LOW_BYTE).convert(I2F, 0)).mul(fromMemorySegment(FLOATS, factor, B, ORDER));
            minimum = ((FloatVector) m.lanewise(LSHR, 16).and(LOW_BYTE).convert(I2F, 0)).mul(fromMemorySegment(FLOATS, minFactor, B, ORDER));
            scale.intoMemorySegment(out, to + B, ORDER);
            scale.fma(zero, minimum).intoMemorySegment(minima, to + B, ORDER);
            scale = ((FloatVector) q.lanewise(LSHR, 8).and(LOW_BYTE).convert(I2F, 0)).mul(fromMemorySegment(FLOATS, factor, C, ORDER));
            minimum = ((FloatVector) m.lanewise(LSHR, 8).and(LOW_BYTE).convert(I2F, 0)).mul(fromMemorySegment(FLOATS, minFactor, C, ORDER));
            scale.intoMemorySegment(out, to + C, ORDER);
            scale.fma(zero, minimum).intoMemorySegment(minima, to + C, ORDER);
            scale = ((FloatVector) q.lanewise(LSHR, 24).convert(I2F, 0)).mul(fromMemorySegment(FLOATS, factor, D, ORDER));
            minimum = ((FloatVector) m.lanewise(LSHR, 24).convert(I2F, 0)).mul(fromMemorySegment(FLOATS, minFactor, D, ORDER));
            scale.intoMemorySegment(out, to + D, ORDER);
            scale.fma(zero, minimum).intoMemorySegment(minima, to + D, ORDER);
        }
    }

    /**
     * Sixteen scales and minima of four bits, a byte for each two (Q2_K).
     *
     * @param scales float32, (16, PANEL_ROWS)
     * @param minima likewise
     */
    static void nibbles(MemorySegment panel, long at, MemorySegment scales, MemorySegment minima) {
        MemorySegment units = panel.asSlice(at, 16 * ROW_BYTES);
        int step = Rolled.step;
        for (int i = 0; i < 16; i += step) {
            int group = i & 15;
            IntVector q = fromMemorySegment(INTS, units, group * ROW_BYTES, ORDER);
            MemorySegment scale = scales.asSlice(group * ROW_FLOATS, ROW_FLOATS);
            q.and(NIBBLE).convert(I2F, 0).intoMemorySegment(scale, A, ORDER);
            q.lanewise(LSHR, 16).and(NIBBLE).convert(I2F, 0).intoMemorySegment(scale, B, ORDER);
            q.lanewise(LSHR, 8).and(NIBBLE).convert(I2F, 0).intoMemorySegment(scale, C, ORDER);
            q.lanewise(LSHR, 24).and(NIBBLE).convert(I2F, 0).intoMemorySegment(scale, D, ORDER);
            MemorySegment minimum = minima.asSlice(group * ROW_FLOATS, ROW_FLOATS);
            q.lanewise(LSHR, 4).and(NIBBLE).convert(I2F, 0).intoMemorySegment(minimum, A, ORDER);
            q.lanewise(LSHR, 20).and(NIBBLE).convert(I2F, 0).intoMemorySegment(minimum, B, ORDER);
            q.lanewise(LSHR, 12).and(NIBBLE).convert(I2F, 0).intoMemorySegment(minimum, C, ORDER);
            q.lanewise(LSHR, 28).convert(I2F, 0).intoMemorySegment(minimum, D, ORDER);
        }
    }

    /**
     * Sixteen 6-bit scales in twelve bytes, with a zero point of 32 (Q3_K), as bytes.
     *
     * @param bytes int8, (16, PANEL_ROWS)
     */
    static void sixBitSigned(MemorySegment panel, long at, MemorySegment bytes) {
        MemorySegment units = panel.asSlice(at, 12 * ROW_BYTES);
        int step = Rolled.step;
        for (int i = 0; i < 8; i += step) {
            int group = i & 7;
            IntVector nibbles = fromMemorySegment(INTS, units, group * ROW_BYTES, ORDER);
            IntVector pairs = fromMemorySegment(INTS, units, (8 + (group & 3)) * ROW_BYTES, ORDER);
            // 0…63 less 32 without a borrow between the bytes: flip bit 5, then extend the sign from there
            IntVector top = pairs.lanewise(LSHR, group / 4 * 2).and(LOW_TWO_BITS).lanewise(LSHL, 4);
            IntVector flipped = nibbles.and(LOW_NIBBLES).or(top).lanewise(XOR, BIT_FIVE);
            IntVector sign = flipped.and(BIT_FIVE);
            flipped.or(sign.lanewise(LSHL, 1)).or(sign.lanewise(LSHL, 2)).intoMemorySegment(bytes, group * ROW_BYTES, ORDER);
            top = pairs.lanewise(LSHR, 4 + group / 4 * 2).and(LOW_TWO_BITS).lanewise(LSHL, 4);
            flipped = nibbles.lanewise(LSHR, 4).and(LOW_NIBBLES).or(top).lanewise(XOR, BIT_FIVE);
            sign = flipped.and(BIT_FIVE);
            flipped.or(sign.lanewise(LSHL, 1)).or(sign.lanewise(LSHL, 2)).intoMemorySegment(bytes, (8 + group) * ROW_BYTES, ORDER);
        }
    }

    /**
     * Sixteen signed bytes times one factor per row.
     *
     * @param bytes int8, (16, PANEL_ROWS) from byte {@code at}
     * @param factors float32, (PANEL_ROWS)
     * @param floats float32, (16, PANEL_ROWS)
     */
    static void products(MemorySegment bytes, long at, MemorySegment factors, MemorySegment floats) {
        MemorySegment units = bytes.asSlice(at, 16 * ROW_BYTES);
        MemorySegment factor = factors.asSlice(0, ROW_FLOATS);
        FloatVector a = fromMemorySegment(FLOATS, factor, A, ORDER);
        FloatVector b = fromMemorySegment(FLOATS, factor, B, ORDER);
        FloatVector c = fromMemorySegment(FLOATS, factor, C, ORDER);
        FloatVector d = fromMemorySegment(FLOATS, factor, D, ORDER);
        int step = Rolled.step;
        for (int i = 0; i < 8; i += step) {
            int group = i & 7;
            IntVector q = fromMemorySegment(INTS, units, group * ROW_BYTES, ORDER);
            MemorySegment row = floats.asSlice(group * ROW_FLOATS, ROW_FLOATS);
            ((FloatVector) q.lanewise(LSHL, 24).lanewise(ASHR, 24).convert(I2F, 0)).mul(a).intoMemorySegment(row, A, ORDER);
            ((FloatVector) q.lanewise(LSHL, 8).lanewise(ASHR, 24).convert(I2F, 0)).mul(b).intoMemorySegment(row, B, ORDER);
            ((FloatVector) q.lanewise(LSHL, 16).lanewise(ASHR, 24).convert(I2F, 0)).mul(c).intoMemorySegment(row, C, ORDER);
            ((FloatVector) q.lanewise(ASHR, 24).convert(I2F, 0)).mul(d).intoMemorySegment(row, D, ORDER);
            q = fromMemorySegment(INTS, units, (8 + group) * ROW_BYTES, ORDER);
            row = floats.asSlice((8 + group) * ROW_FLOATS, ROW_FLOATS);
            ((FloatVector) q.lanewise(LSHL, 24).lanewise(ASHR, 24).convert(I2F, 0)).mul(a).intoMemorySegment(row, A, ORDER);
            ((FloatVector) q.lanewise(LSHL, 8).lanewise(ASHR, 24).convert(I2F, 0)).mul(b).intoMemorySegment(row, B, ORDER);
            ((FloatVector) q.lanewise(LSHL, 16).lanewise(ASHR, 24).convert(I2F, 0)).mul(c).intoMemorySegment(row, C, ORDER);
            ((FloatVector) q.lanewise(ASHR, 24).convert(I2F, 0)).mul(d).intoMemorySegment(row, D, ORDER);
        }
    }

    /**
     * Exponent bytes e: half of 2^(e − 127), because MXFP4's values are read doubled. That is 2^(e − 128), a float's exponent but for
     * the two smallest, which are subnormal and larger as integers. Units are {@code stride} bytes apart.
     */
    static void exponents(MemorySegment panel, long at, long stride, long units, MemorySegment scales) {
        int step = Rolled.step;
        for (long i = 0; i < units; i += step) {
            IntVector q = fromMemorySegment(INTS, panel, at + i * stride, ORDER);
            MemorySegment out = scales.asSlice(i * ROW_FLOATS, ROW_FLOATS);
            IntVector e = q.and(LOW_BYTE);
            e.add(1).lanewise(LSHL, 21).max(e.sub(1).lanewise(LSHL, 23)).intoMemorySegment(out, A, ORDER);
            e = q.lanewise(LSHR, 16).and(LOW_BYTE);
            e.add(1).lanewise(LSHL, 21).max(e.sub(1).lanewise(LSHL, 23)).intoMemorySegment(out, B, ORDER);
            e = q.lanewise(LSHR, 8).and(LOW_BYTE);
            e.add(1).lanewise(LSHL, 21).max(e.sub(1).lanewise(LSHL, 23)).intoMemorySegment(out, C, ORDER);
            e = q.lanewise(LSHR, 24);
            e.add(1).lanewise(LSHL, 21).max(e.sub(1).lanewise(LSHL, 23)).intoMemorySegment(out, D, ORDER);
        }
    }
}
