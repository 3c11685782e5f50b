package dev.lockstep.kernel.internal.vector;

import static dev.lockstep.kernel.internal.vector.Species.FLOATS;
import static dev.lockstep.kernel.internal.vector.Species.INTS;
import static dev.lockstep.kernel.internal.vector.Species.ORDER;
import static dev.lockstep.kernel.internal.vector.Species.PANEL_ROWS;
import static dev.lockstep.kernel.internal.vector.Species.VECTOR_BYTES;
import static dev.lockstep.quant.LittleEndian.INT;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static jdk.incubator.vector.IntVector.broadcast;
import static jdk.incubator.vector.IntVector.fromMemorySegment;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;

import dev.lockstep.kernel.FloatRows;
import dev.lockstep.kernel.MatMulScratch;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * From integer sums to float results, for one token and one panel. One order of additions, whoever calls. For slices and loops
 * see {@link Rolled}.
 */
final class Fold {
    /** Blocks of activations, and groups of weights with a scale, that a stretch has at most. */
    private static final int BLOCKS = MatMulScratch.STRETCH_BLOCKS;
    private static final int GROUPS = MatMulScratch.STRETCH / 16;
    private static final long ROW = (long) PANEL_ROWS * Float.BYTES;
    private static final long SHORTS = (long) PANEL_ROWS * Short.BYTES;
    private static final long B = VECTOR_BYTES;
    private static final long C = 2L * VECTOR_BYTES;
    private static final long D = 3L * VECTOR_BYTES;

    private Fold() {
    }

    /** Sets the results of {@code tokens} tokens to zero, where all sums begin. */
    static void clear(MemorySegment out, int tokens) {
        for (long at = 0; at < tokens * ROW; at += VECTOR_BYTES) {
            Species.zero().intoMemorySegment(out, at, ORDER);
        }
    }

    /** Copies the results of a panel to their places in the rows of the tokens. */
    static void deliver(MemorySegment results, int tokens, FloatRows y, long panel) {
        for (int token = 0; token < tokens; token++) {
            MemorySegment.copy(results, token * ROW, y.data(), y.offset(token) + panel * ROW, ROW);
        }
    }

    /** out += sums, float32, (tokens, PANEL_ROWS). */
    static void add(MemorySegment sums, int tokens, MemorySegment out, long outAt) {
        add(sums, 0, tokens, out, outAt);
    }

    /** The same for sums from byte {@code sumsAt}. */
    static void add(MemorySegment sums, long sumsAt, int tokens, MemorySegment out, long outAt) {
        for (long at = 0; at < tokens * ROW; at += VECTOR_BYTES) {
            fromMemorySegment(FLOATS, out, outAt + at, ORDER).add(fromMemorySegment(FLOATS, sums, sumsAt + at, ORDER))
                    .intoMemorySegment(out, outAt + at, ORDER);
        }
    }

    /**
     * part = Σ of float(sum) · (weight scale · activation scale), for up to a stretch of columns.
     *
     * @param sums int16, (count, PANEL_ROWS) from byte {@code sumsAt}
     * @param scaleShift 2 to the power of this many sums share a scale
     * @param blockShift the same for scales of activations
     * @param scales float32, (count >> scaleShift, PANEL_ROWS)
     * @param xScales float32, (count >> blockShift) from byte {@code xScalesAt}
     * @param part float32, (PANEL_ROWS)
     */
    static void shorts(MemorySegment sums, long sumsAt, int count, int scaleShift, int blockShift, MemorySegment scales,
            MemorySegment xScales, long xScalesAt, MemorySegment part) {
        MemorySegment ss = sums.asSlice(sumsAt, IntTile.SUMS * SHORTS);
        MemorySegment ws = scales.asSlice(0, GROUPS * ROW);
        MemorySegment xs = xScales.asSlice(xScalesAt, BLOCKS * (long) Float.BYTES);
        FloatVector a = Species.zero();
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        int step = Rolled.step;
        for (int i = 0; i < count; i += step) {
            long sum = (i & IntTile.SUMS - 1) * SHORTS;
            long scale = (i >> scaleShift & GROUPS - 1) * ROW;
            FloatVector x = broadcast(INTS, xs.get(INT, (i >> blockShift & BLOCKS - 1) * 4L)).reinterpretAsFloats();
            IntVector q = fromMemorySegment(INTS, ss, sum, ORDER);
            a = ((FloatVector) q.lanewise(LSHL, 16).lanewise(ASHR, 16).convert(I2F, 0))
                    .fma(fromMemorySegment(FLOATS, ws, scale, ORDER).mul(x), a);
            b = ((FloatVector) q.lanewise(ASHR, 16).convert(I2F, 0)).fma(fromMemorySegment(FLOATS, ws, scale + B, ORDER).mul(x), b);
            q = fromMemorySegment(INTS, ss, sum + B, ORDER);
            c = ((FloatVector) q.lanewise(LSHL, 16).lanewise(ASHR, 16).convert(I2F, 0))
                    .fma(fromMemorySegment(FLOATS, ws, scale + C, ORDER).mul(x), c);
            d = ((FloatVector) q.lanewise(ASHR, 16).convert(I2F, 0)).fma(fromMemorySegment(FLOATS, ws, scale + D, ORDER).mul(x), d);
        }
        a.intoMemorySegment(part, 0, ORDER);
        b.intoMemorySegment(part, B, ORDER);
        c.intoMemorySegment(part, C, ORDER);
        d.intoMemorySegment(part, D, ORDER);
    }
}
