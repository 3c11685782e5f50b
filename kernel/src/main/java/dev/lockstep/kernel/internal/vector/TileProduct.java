package dev.lockstep.kernel.internal.vector;

import static dev.lockstep.kernel.internal.vector.AttentionScratch.PRODUCT;
import static dev.lockstep.kernel.internal.vector.AttentionScratch.ROW_BYTES;
import static dev.lockstep.kernel.internal.vector.AttentionScratch.SCALES;
import static dev.lockstep.kernel.internal.vector.AttentionScratch.TILE_BYTES;
import static dev.lockstep.kernel.internal.vector.Species.FEW_BYTES;
import static dev.lockstep.kernel.internal.vector.Species.FLOATS;
import static dev.lockstep.kernel.internal.vector.Species.INTS;
import static dev.lockstep.kernel.internal.vector.Species.LANES;
import static dev.lockstep.kernel.internal.vector.Species.ORDER;
import static dev.lockstep.kernel.internal.vector.Species.VECTOR_BYTES;
import static dev.lockstep.quant.LittleEndian.INT;
import static jdk.incubator.vector.ByteVector.fromMemorySegment;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static jdk.incubator.vector.IntVector.broadcast;
import static jdk.incubator.vector.IntVector.fromMemorySegment;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.B2F;
import static jdk.incubator.vector.VectorOperators.LSHL;

import dev.lockstep.kernel.KvLayout;
import dev.lockstep.kernel.KvType;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * Four rows of numbers times a panel of the key/value cache: c[r][lane] += Σ a[r][i] · panel[i][lane], where the products are
 * added up by themselves first, in the order of i, for each lane alone. Queries times keys, or weights times values.
 *
 * <p>One method per type, alike but for how a row is widened. Each covers two vectors, one of either half of a panel row: with
 * four rows that makes eight sums, which hide the latency of fused multiply-add, and all that is live fits into 16 registers. For
 * slices and loops see {@link Rolled}: behind a panel and a row of numbers, memory must be readable as if they had 64 rows.
 *
 * <p>Parameters of these methods: {@code panel} and {@code at}, memory and offset of the first row's first lane; {@code rows}, at
 * most {@link #ROWS}; {@code s}, memory of both tiles; {@code a}, offset of the first number; {@code lane}, the first of each half.
 */
final class TileProduct {
    /** Numbers of half a panel row. */
    private static final int HALF = KvLayout.PANEL / 2;
    /** Bytes from a sum of the first half to the same lane's of the second. */
    private static final long C_HALF = (long) HALF * Float.BYTES;

    private static final long PANEL_BYTES = (long) KvLayout.PANEL * Float.BYTES;

    /** Most rows of a panel: positions of a block, or dimensions of a tile. */
    private static final int ROWS = KvLayout.BLOCK;
    private static final long LAST = ROWS - 1;
    private static final long F32_ROW = KvType.F32.rowBytes();
    private static final long F16_ROW = KvType.F16.rowBytes();
    private static final long Q8_0_ROW = KvType.Q8_0.rowBytes();

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
        for (int lane = 0; lane < HALF; lane += LANES) {
            switch (type) {
                case F32 -> f32(panel, at + (long) lane * Float.BYTES, rows, s, a, lane);
                case F16 -> f16(panel, at + (long) lane * Integer.BYTES, rows, s, a, lane);
                case Q8_0 -> q8_0(panel, at + lane, rows, s, a, lane);
            }
        }
        for (long row = 0; row < TILE_BYTES; row += ROW_BYTES) {
            add(s, PRODUCT + row, c + row);
        }
    }

    private static void add(MemorySegment s, long product, long c) {
        for (long lane = 0; lane < PANEL_BYTES; lane += VECTOR_BYTES) {
            fromMemorySegment(FLOATS, s, c + lane, ORDER).add(fromMemorySegment(FLOATS, s, product + lane, ORDER))
                    .intoMemorySegment(s, c + lane, ORDER);
        }
    }

    private static void f32(MemorySegment panel, long at, int rows, MemorySegment s, long a, int lane) {
        MemorySegment cells = panel.asSlice(at, LAST * F32_ROW + C_HALF + VECTOR_BYTES);
        MemorySegment numbers = s.asSlice(a, TILE_BYTES);
        MemorySegment product = s.asSlice(PRODUCT + lane * 4L, ROW_3 + C_HALF + VECTOR_BYTES);
        FloatVector low0 = Species.zero();
        FloatVector low1 = low0;
        FloatVector low2 = low0;
        FloatVector low3 = low0;
        FloatVector high0 = low0;
        FloatVector high1 = low0;
        FloatVector high2 = low0;
        FloatVector high3 = low0;
        int step = Rolled.step;
        for (int row = 0; row < rows; row += step) {
            int i = row & ROWS - 1;
            FloatVector low = fromMemorySegment(FLOATS, cells, i * F32_ROW, ORDER);
            FloatVector high = fromMemorySegment(FLOATS, cells, i * F32_ROW + C_HALF, ORDER);
            FloatVector x = broadcast(INTS, numbers.get(INT, i * 4L)).reinterpretAsFloats();
            low0 = x.fma(low, low0);
            high0 = x.fma(high, high0);
            x = broadcast(INTS, numbers.get(INT, i * 4L + ROW_1)).reinterpretAsFloats();
            low1 = x.fma(low, low1);
            high1 = x.fma(high, high1);
            x = broadcast(INTS, numbers.get(INT, i * 4L + ROW_2)).reinterpretAsFloats();
            low2 = x.fma(low, low2);
            high2 = x.fma(high, high2);
            x = broadcast(INTS, numbers.get(INT, i * 4L + ROW_3)).reinterpretAsFloats();
            low3 = x.fma(low, low3);
            high3 = x.fma(high, high3);
        }
        low0.intoMemorySegment(product, 0, ORDER);
        low1.intoMemorySegment(product, ROW_1, ORDER);
        low2.intoMemorySegment(product, ROW_2, ORDER);
        low3.intoMemorySegment(product, ROW_3, ORDER);
        high0.intoMemorySegment(product, C_HALF, ORDER);
        high1.intoMemorySegment(product, ROW_1 + C_HALF, ORDER);
        high2.intoMemorySegment(product, ROW_2 + C_HALF, ORDER);
        high3.intoMemorySegment(product, ROW_3 + C_HALF, ORDER);
    }

    private static void f16(MemorySegment panel, long at, int rows, MemorySegment s, long a, int lane) {
        MemorySegment cells = panel.asSlice(at, LAST * F16_ROW + VECTOR_BYTES);
        MemorySegment numbers = s.asSlice(a, TILE_BYTES);
        MemorySegment product = s.asSlice(PRODUCT + lane * 4L, ROW_3 + C_HALF + VECTOR_BYTES);
        FloatVector low0 = Species.zero();
        FloatVector low1 = low0;
        FloatVector low2 = low0;
        FloatVector low3 = low0;
        FloatVector high0 = low0;
        FloatVector high1 = low0;
        FloatVector high2 = low0;
        FloatVector high3 = low0;
        int step = Rolled.step;
        for (int row = 0; row < rows; row += step) {
            int i = row & ROWS - 1;
            IntVector pairs = fromMemorySegment(INTS, cells, i * F16_ROW, ORDER);
            FloatVector low = pairs.lanewise(LSHL, 16).lanewise(ASHR, 3).and(SIGN_AND_MAGNITUDE).reinterpretAsFloats();
            FloatVector high = pairs.lanewise(ASHR, 3).and(SIGN_AND_MAGNITUDE).reinterpretAsFloats();
            FloatVector x = broadcast(INTS, numbers.get(INT, i * 4L)).reinterpretAsFloats();
            low0 = x.fma(low, low0);
            high0 = x.fma(high, high0);
            x = broadcast(INTS, numbers.get(INT, i * 4L + ROW_1)).reinterpretAsFloats();
            low1 = x.fma(low, low1);
            high1 = x.fma(high, high1);
            x = broadcast(INTS, numbers.get(INT, i * 4L + ROW_2)).reinterpretAsFloats();
            low2 = x.fma(low, low2);
            high2 = x.fma(high, high2);
            x = broadcast(INTS, numbers.get(INT, i * 4L + ROW_3)).reinterpretAsFloats();
            low3 = x.fma(low, low3);
            high3 = x.fma(high, high3);
        }
        low0.intoMemorySegment(product, 0, ORDER);
        low1.intoMemorySegment(product, ROW_1, ORDER);
        low2.intoMemorySegment(product, ROW_2, ORDER);
        low3.intoMemorySegment(product, ROW_3, ORDER);
        high0.intoMemorySegment(product, C_HALF, ORDER);
        high1.intoMemorySegment(product, ROW_1 + C_HALF, ORDER);
        high2.intoMemorySegment(product, ROW_2 + C_HALF, ORDER);
        high3.intoMemorySegment(product, ROW_3 + C_HALF, ORDER);
    }

    private static void q8_0(MemorySegment panel, long at, int rows, MemorySegment s, long a, int lane) {
        MemorySegment cells = panel.asSlice(at, LAST * Q8_0_ROW + HALF + FEW_BYTES.vectorByteSize());
        MemorySegment numbers = s.asSlice(a, TILE_BYTES);
        MemorySegment product = s.asSlice(PRODUCT + lane * 4L, ROW_3 + C_HALF + VECTOR_BYTES);
        FloatVector lowScale = fromMemorySegment(FLOATS, s, SCALES + lane * 4L, ORDER);
        FloatVector highScale = fromMemorySegment(FLOATS, s, SCALES + lane * 4L + C_HALF, ORDER);
        FloatVector low0 = Species.zero();
        FloatVector low1 = low0;
        FloatVector low2 = low0;
        FloatVector low3 = low0;
        FloatVector high0 = low0;
        FloatVector high1 = low0;
        FloatVector high2 = low0;
        FloatVector high3 = low0;
        int step = Rolled.step;
        for (int row = 0; row < rows; row += step) {
            int i = row & ROWS - 1;
            FloatVector low = (FloatVector) fromMemorySegment(FEW_BYTES, cells, i * Q8_0_ROW, ORDER).convertShape(B2F, FLOATS, 0);
            low = low.mul(lowScale);
            FloatVector high = (FloatVector) fromMemorySegment(FEW_BYTES, cells, i * Q8_0_ROW + HALF, ORDER).convertShape(B2F, FLOATS, 0);
            high = high.mul(highScale);
            FloatVector x = broadcast(INTS, numbers.get(INT, i * 4L)).reinterpretAsFloats();
            low0 = x.fma(low, low0);
            high0 = x.fma(high, high0);
            x = broadcast(INTS, numbers.get(INT, i * 4L + ROW_1)).reinterpretAsFloats();
            low1 = x.fma(low, low1);
            high1 = x.fma(high, high1);
            x = broadcast(INTS, numbers.get(INT, i * 4L + ROW_2)).reinterpretAsFloats();
            low2 = x.fma(low, low2);
            high2 = x.fma(high, high2);
            x = broadcast(INTS, numbers.get(INT, i * 4L + ROW_3)).reinterpretAsFloats();
            low3 = x.fma(low, low3);
            high3 = x.fma(high, high3);
        }
        low0.intoMemorySegment(product, 0, ORDER);
        low1.intoMemorySegment(product, ROW_1, ORDER);
        low2.intoMemorySegment(product, ROW_2, ORDER);
        low3.intoMemorySegment(product, ROW_3, ORDER);
        high0.intoMemorySegment(product, C_HALF, ORDER);
        high1.intoMemorySegment(product, ROW_1 + C_HALF, ORDER);
        high2.intoMemorySegment(product, ROW_2 + C_HALF, ORDER);
        high3.intoMemorySegment(product, ROW_3 + C_HALF, ORDER);
    }
}
