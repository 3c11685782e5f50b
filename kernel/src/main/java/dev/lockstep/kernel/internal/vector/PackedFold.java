package dev.lockstep.kernel.internal.vector;

import static dev.lockstep.kernel.internal.vector.Species.DOUBLES;
import static dev.lockstep.kernel.internal.vector.Species.HALF_FLOATS;
import static dev.lockstep.kernel.internal.vector.Species.HALF_INTS;
import static dev.lockstep.kernel.internal.vector.Species.ORDER;
import static dev.lockstep.kernel.internal.vector.Species.PANEL_ROWS;
import static dev.lockstep.kernel.internal.vector.Species.VECTOR_BYTES;
import static dev.lockstep.quant.LittleEndian.INT;
import static jdk.incubator.vector.DoubleVector.fromMemorySegment;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static jdk.incubator.vector.IntVector.broadcast;
import static jdk.incubator.vector.VectorOperators.D2F;

import dev.lockstep.kernel.Activations;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;

/**
 * From the packed sums of {@link PackedTile} to float results. Adding and subtracting a number so large that its last bit is 2¹⁸
 * or 2³⁶ rounds to multiples of that, which takes the three sums of a double apart, exactly.
 */
final class PackedFold {
    /** Blocks that are folded together: a slice of their sums has a constant size. */
    static final int BLOCKS = 8;

    private static final double ROUND_TO_18 = 0x1.8p70;
    private static final double ROUND_TO_36 = 0x1.8p88;

    private static final long ROW_FLOATS = (long) PANEL_ROWS * Float.BYTES;
    /** Half a vector of floats has the rows of one vector of doubles. */
    static final long HALF = VECTOR_BYTES / 2;
    private static final long X_BYTES = (long) Activations.TILE * Float.BYTES;
    private static final long LAST = BLOCKS - 1;

    private PackedFold() {
    }

    /**
     * One triple of tokens, an eighth of a panel's rows: out += Σ over blocks of float(sum) · (weight scale · activation scale), the
     * same operations in the same order as {@link Fold#ints}. Memory has to reach as far as if there were 8 blocks.
     *
     * @param sums of {@link PackedTile}, from byte {@code sumsAt}, where the triple's first begin
     * @param blocks 1 to {@value #BLOCKS}
     * @param scales float32, (blocks, PANEL_ROWS) from byte {@code scalesAt}, where the eighth's first begin
     * @param xScales float32, (blocks, tokens of a tile) from byte {@code xAt}, where the triple's first begin; those of its second
     *     and third token are smaller by 2¹⁸ and 2³⁶
     * @param out float32, (tokens, PANEL_ROWS) from byte {@code outAt}
     */
    static void fold(MemorySegment sums, long sumsAt, int blocks, MemorySegment scales, long scalesAt, MemorySegment xScales,
            long xAt, MemorySegment out, long outAt) {
        MemorySegment ss = sums.asSlice(sumsAt, LAST * PackedTile.SUMS_BYTES + VECTOR_BYTES);
        MemorySegment ws = scales.asSlice(scalesAt, LAST * ROW_FLOATS + HALF);
        MemorySegment xs = xScales.asSlice(xAt, LAST * X_BYTES + (long) Activations.TRIPLE * Float.BYTES);
        MemorySegment results = out.asSlice(outAt, 2 * ROW_FLOATS + HALF);
        FloatVector a = fromMemorySegment(HALF_FLOATS, results, 0, ORDER);
        FloatVector b = fromMemorySegment(HALF_FLOATS, results, ROW_FLOATS, ORDER);
        FloatVector c = fromMemorySegment(HALF_FLOATS, results, 2 * ROW_FLOATS, ORDER);
        int step = Rolled.step;
        for (int i = 0; i < blocks; i += step) {
            int block = i & BLOCKS - 1;
            FloatVector scale = fromMemorySegment(HALF_FLOATS, ws, block * ROW_FLOATS, ORDER);
            DoubleVector sum = fromMemorySegment(DOUBLES, ss, block * PackedTile.SUMS_BYTES, ORDER);
            DoubleVector upper = sum.add(ROUND_TO_18).sub(ROUND_TO_18);
            DoubleVector top = sum.add(ROUND_TO_36).sub(ROUND_TO_36);
            FloatVector x = broadcast(HALF_INTS, xs.get(INT, block * X_BYTES)).reinterpretAsFloats();
            a = ((FloatVector) sum.sub(upper).convertShape(D2F, HALF_FLOATS, 0)).fma(scale.mul(x), a);
            x = broadcast(HALF_INTS, xs.get(INT, block * X_BYTES + 4)).reinterpretAsFloats();
            b = ((FloatVector) upper.sub(top).convertShape(D2F, HALF_FLOATS, 0)).fma(scale.mul(x), b);
            x = broadcast(HALF_INTS, xs.get(INT, block * X_BYTES + 8)).reinterpretAsFloats();
            c = ((FloatVector) top.convertShape(D2F, HALF_FLOATS, 0)).fma(scale.mul(x), c);
        }
        a.intoMemorySegment(results, 0, ORDER);
        b.intoMemorySegment(results, ROW_FLOATS, ORDER);
        c.intoMemorySegment(results, 2 * ROW_FLOATS, ORDER);
    }
}
