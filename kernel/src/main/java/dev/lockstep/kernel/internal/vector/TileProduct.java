package dev.lockstep.kernel.internal.vector;

import static dev.lockstep.kernel.internal.vector.AttentionScratch.ROW_BYTES;
import static dev.lockstep.kernel.internal.vector.AttentionScratch.SCALES;
import static dev.lockstep.kernel.internal.vector.Species.FLOATS;
import static dev.lockstep.kernel.internal.vector.Species.INTS;
import static dev.lockstep.kernel.internal.vector.Species.LANES;
import static dev.lockstep.kernel.internal.vector.Species.ORDER;

import dev.lockstep.kernel.KvLayout;
import dev.lockstep.kernel.KvType;
import dev.lockstep.quant.LittleEndian;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Four rows of numbers times a panel of the key/value cache: c[r][lane] += Σ a[r][i] · panel[i][lane], in the order of i, for
 * each lane alone. Queries times keys, or weights times values.
 *
 * <p>One method per type, alike but for how a row is widened. Each covers two vectors, one of either half of a panel row: with
 * four rows that makes eight sums, which hide the latency of fused multiply-add, and all that is live fits into 16 registers.
 * C2 would destroy that by unrolling the loop and loading ahead. It does not unroll a loop whose step it does not know, which is
 * why {@code rowBytes} is an argument and not a constant.
 *
 * <p>Parameters of these methods: {@code panel} and {@code at}, memory and offset of the first row's first lane; {@code end},
 * where the rows end; {@code s}, memory of both tiles; {@code a} and {@code c}, offsets of their first number and lane;
 * {@code scales}, offset of the first lane's scale in {@code s}.
 */
final class TileProduct {
    /** Numbers of half a panel row. */
    private static final int HALF = KvLayout.PANEL / 2;
    /** Bytes from a sum of the first half to the same lane's of the second. */
    private static final long C_HALF = (long) HALF * Float.BYTES;

    private static final long ROW_1 = ROW_BYTES;
    private static final long ROW_2 = 2 * ROW_BYTES;
    private static final long ROW_3 = 3 * ROW_BYTES;

    /** A half's sign, exponent and fraction after the shift into a float's place; between them lie copies of the sign. */
    private static final int SIGN_AND_MAGNITUDE = 0x8FFFE000;
    /** From the exponent bias of a half (15) to that of a float (127). A product with an F16 panel is smaller by 2 to this. */
    static final int F16_EXPONENT_GAP = 127 - 15;

    private TileProduct() {
    }

    /**
     * Adds the product of {@code rows} columns of {@code a} and as many panel rows to the {@link KvLayout#PANEL} columns from
     * {@code c}. With {@link KvType#F16} it is too small by 2^{@value #F16_EXPONENT_GAP}; scales are left to the caller.
     */
    static void multiply(KvType type, MemorySegment panel, long at, int rows, MemorySegment s, long a, long c) {
        long rowBytes = type.rowBytes();
        long end = at + rows * rowBytes;
        for (int lane = 0; lane < HALF; lane += LANES) {
            long cLane = c + (long) lane * Float.BYTES;
            switch (type) {
                case F32 -> f32(panel, at + (long) lane * Float.BYTES, end, rowBytes, s, a, cLane);
                case F16 -> f16(panel, at + (long) lane * Integer.BYTES, end, rowBytes, s, a, cLane);
                case Q8_0 -> q8_0(panel, at + lane, end, rowBytes, s, a, cLane, SCALES + (long) lane * Float.BYTES);
            }
        }
    }

    private static void f32(MemorySegment panel, long at, long end, long rowBytes, MemorySegment s, long a, long c) {
        FloatVector low0 = load(s, c);
        FloatVector low1 = load(s, c + ROW_1);
        FloatVector low2 = load(s, c + ROW_2);
        FloatVector low3 = load(s, c + ROW_3);
        FloatVector high0 = load(s, c + C_HALF);
        FloatVector high1 = load(s, c + ROW_1 + C_HALF);
        FloatVector high2 = load(s, c + ROW_2 + C_HALF);
        FloatVector high3 = load(s, c + ROW_3 + C_HALF);
        for (long row = at; row < end; row += rowBytes, a += Float.BYTES) {
            FloatVector low = load(panel, row);
            FloatVector high = load(panel, row + C_HALF);
            FloatVector x = broadcast(s, a);
            low0 = x.fma(low, low0);
            high0 = x.fma(high, high0);
            x = broadcast(s, a + ROW_1);
            low1 = x.fma(low, low1);
            high1 = x.fma(high, high1);
            x = broadcast(s, a + ROW_2);
            low2 = x.fma(low, low2);
            high2 = x.fma(high, high2);
            x = broadcast(s, a + ROW_3);
            low3 = x.fma(low, low3);
            high3 = x.fma(high, high3);
        }
        low0.intoMemorySegment(s, c, ORDER);
        low1.intoMemorySegment(s, c + ROW_1, ORDER);
        low2.intoMemorySegment(s, c + ROW_2, ORDER);
        low3.intoMemorySegment(s, c + ROW_3, ORDER);
        high0.intoMemorySegment(s, c + C_HALF, ORDER);
        high1.intoMemorySegment(s, c + ROW_1 + C_HALF, ORDER);
        high2.intoMemorySegment(s, c + ROW_2 + C_HALF, ORDER);
        high3.intoMemorySegment(s, c + ROW_3 + C_HALF, ORDER);
    }

    private static void f16(MemorySegment panel, long at, long end, long rowBytes, MemorySegment s, long a, long c) {
        FloatVector low0 = load(s, c);
        FloatVector low1 = load(s, c + ROW_1);
        FloatVector low2 = load(s, c + ROW_2);
        FloatVector low3 = load(s, c + ROW_3);
        FloatVector high0 = load(s, c + C_HALF);
        FloatVector high1 = load(s, c + ROW_1 + C_HALF);
        FloatVector high2 = load(s, c + ROW_2 + C_HALF);
        FloatVector high3 = load(s, c + ROW_3 + C_HALF);
        for (long row = at; row < end; row += rowBytes, a += Float.BYTES) {
            IntVector pairs = IntVector.fromMemorySegment(INTS, panel, row, ORDER);
            FloatVector high = upperHalves(pairs);
            FloatVector low = upperHalves(pairs.lanewise(VectorOperators.LSHL, Short.SIZE));
            FloatVector x = broadcast(s, a);
            low0 = x.fma(low, low0);
            high0 = x.fma(high, high0);
            x = broadcast(s, a + ROW_1);
            low1 = x.fma(low, low1);
            high1 = x.fma(high, high1);
            x = broadcast(s, a + ROW_2);
            low2 = x.fma(low, low2);
            high2 = x.fma(high, high2);
            x = broadcast(s, a + ROW_3);
            low3 = x.fma(low, low3);
            high3 = x.fma(high, high3);
        }
        low0.intoMemorySegment(s, c, ORDER);
        low1.intoMemorySegment(s, c + ROW_1, ORDER);
        low2.intoMemorySegment(s, c + ROW_2, ORDER);
        low3.intoMemorySegment(s, c + ROW_3, ORDER);
        high0.intoMemorySegment(s, c + C_HALF, ORDER);
        high1.intoMemorySegment(s, c + ROW_1 + C_HALF, ORDER);
        high2.intoMemorySegment(s, c + ROW_2 + C_HALF, ORDER);
        high3.intoMemorySegment(s, c + ROW_3 + C_HALF, ORDER);
    }

    private static void q8_0(MemorySegment panel, long at, long end, long rowBytes, MemorySegment s, long a, long c,
            long scales) {
        FloatVector low0 = load(s, c);
        FloatVector low1 = load(s, c + ROW_1);
        FloatVector low2 = load(s, c + ROW_2);
        FloatVector low3 = load(s, c + ROW_3);
        FloatVector high0 = load(s, c + C_HALF);
        FloatVector high1 = load(s, c + ROW_1 + C_HALF);
        FloatVector high2 = load(s, c + ROW_2 + C_HALF);
        FloatVector high3 = load(s, c + ROW_3 + C_HALF);
        FloatVector lowScale = load(s, scales);
        FloatVector highScale = load(s, scales + C_HALF);
        for (long row = at; row < end; row += rowBytes, a += Float.BYTES) {
            FloatVector low = Lanes.signedBytes(panel, row).mul(lowScale);
            FloatVector high = Lanes.signedBytes(panel, row + HALF).mul(highScale);
            FloatVector x = broadcast(s, a);
            low0 = x.fma(low, low0);
            high0 = x.fma(high, high0);
            x = broadcast(s, a + ROW_1);
            low1 = x.fma(low, low1);
            high1 = x.fma(high, high1);
            x = broadcast(s, a + ROW_2);
            low2 = x.fma(low, low2);
            high2 = x.fma(high, high2);
            x = broadcast(s, a + ROW_3);
            low3 = x.fma(low, low3);
            high3 = x.fma(high, high3);
        }
        low0.intoMemorySegment(s, c, ORDER);
        low1.intoMemorySegment(s, c + ROW_1, ORDER);
        low2.intoMemorySegment(s, c + ROW_2, ORDER);
        low3.intoMemorySegment(s, c + ROW_3, ORDER);
        high0.intoMemorySegment(s, c + C_HALF, ORDER);
        high1.intoMemorySegment(s, c + ROW_1 + C_HALF, ORDER);
        high2.intoMemorySegment(s, c + ROW_2 + C_HALF, ORDER);
        high3.intoMemorySegment(s, c + ROW_3 + C_HALF, ORDER);
    }

    /** The half in the upper 16 bits of each lane as a float, 2^112 times too small; what lies below is shifted out of sight. */
    private static FloatVector upperHalves(IntVector words) {
        return words.lanewise(VectorOperators.ASHR, 3).and(SIGN_AND_MAGNITUDE).reinterpretAsFloats();
    }

    private static FloatVector load(MemorySegment memory, long offset) {
        return FloatVector.fromMemorySegment(FLOATS, memory, offset, ORDER);
    }

    /** As an int, because a float from unaligned memory would take a detour through a general register. */
    private static FloatVector broadcast(MemorySegment memory, long offset) {
        return IntVector.broadcast(INTS, memory.get(LittleEndian.INT, offset)).reinterpretAsFloats();
    }
}
