package dev.lockstep.kernel.internal.vector;

import static dev.lockstep.kernel.internal.vector.Species.ORDER;
import static dev.lockstep.kernel.internal.vector.Species.PANEL_ROWS;
import static dev.lockstep.kernel.internal.vector.Species.VECTOR_BYTES;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/** From integer sums to float results, for one token and one panel. One order of additions, whoever calls. */
final class Fold {
    private static final long GROUP_BYTES = (long) PANEL_ROWS * Float.BYTES;

    private Fold() {
    }

    /** Sets the results of {@code tokens} tokens to zero, where all sums begin. */
    static void clear(MemorySegment out, int tokens) {
        for (long at = 0; at < tokens * GROUP_BYTES; at += VECTOR_BYTES) {
            Species.zero().intoMemorySegment(out, at, ORDER);
        }
    }

    /**
     * out += Σ over groups of float(sum of the group) · (weight scale · activation scale).
     *
     * @param sums int16, (groups, PANEL_ROWS), {@code stride} bytes apart, from byte {@code sumsAt}
     * @param scales float32, (groups, PANEL_ROWS) from byte {@code scalesAt}
     * @param xScales float32, one for each {@code groupsPerBlock} groups, from byte {@code xScalesAt}
     * @param out float32, (PANEL_ROWS) from byte {@code outAt}
     */
    static void shorts(MemorySegment sums, long sumsAt, long stride, int groups, int groupsPerBlock,
            MemorySegment scales, long scalesAt, MemorySegment xScales, long xScalesAt, MemorySegment out, long outAt) {
        FloatVector a = Lanes.floats(out, outAt);
        FloatVector b = Lanes.floats(out, outAt + VECTOR_BYTES);
        FloatVector c = Lanes.floats(out, outAt + 2 * VECTOR_BYTES);
        FloatVector d = Lanes.floats(out, outAt + 3 * VECTOR_BYTES);
        for (int group = 0; group < groups; group++) {
            IntVector first = Lanes.ints(sums, sumsAt + group * stride);
            IntVector second = Lanes.ints(sums, sumsAt + group * stride + VECTOR_BYTES);
            FloatVector x = Lanes.broadcastFloat(xScales, xScalesAt + (long) (group / groupsPerBlock) * Float.BYTES);
            long s = scalesAt + group * GROUP_BYTES;
            a = Lanes.toFloats(Lanes.lower(first)).fma(Lanes.floats(scales, s).mul(x), a);
            b = Lanes.toFloats(Lanes.upper(first)).fma(Lanes.floats(scales, s + VECTOR_BYTES).mul(x), b);
            c = Lanes.toFloats(Lanes.lower(second)).fma(Lanes.floats(scales, s + 2 * VECTOR_BYTES).mul(x), c);
            d = Lanes.toFloats(Lanes.upper(second)).fma(Lanes.floats(scales, s + 3 * VECTOR_BYTES).mul(x), d);
        }
        a.intoMemorySegment(out, outAt, ORDER);
        b.intoMemorySegment(out, outAt + VECTOR_BYTES, ORDER);
        c.intoMemorySegment(out, outAt + 2 * VECTOR_BYTES, ORDER);
        d.intoMemorySegment(out, outAt + 3 * VECTOR_BYTES, ORDER);
    }

    /**
     * Adds up the sums of each group, in 32 bits. Apart from {@link #ints}, because together they have more vector operations
     * than C2 inlines.
     *
     * @param sums int16, (groups · sumsPerGroup, PANEL_ROWS), {@code stride} bytes apart, from byte {@code sumsAt}
     * @param wide int32, (groups, PANEL_ROWS)
     */
    static void widen(MemorySegment sums, long sumsAt, long stride, int groups, int sumsPerGroup, MemorySegment wide) {
        for (int group = 0; group < groups; group++) {
            IntVector a = IntVector.zero(Species.INTS);
            IntVector b = a;
            IntVector c = a;
            IntVector d = a;
            for (int i = group * sumsPerGroup; i < (group + 1) * sumsPerGroup; i++) {
                IntVector first = Lanes.ints(sums, sumsAt + i * stride);
                IntVector second = Lanes.ints(sums, sumsAt + i * stride + VECTOR_BYTES);
                a = a.add(Lanes.lower(first));
                b = b.add(Lanes.upper(first));
                c = c.add(Lanes.lower(second));
                d = d.add(Lanes.upper(second));
            }
            a.intoMemorySegment(wide, group * GROUP_BYTES, ORDER);
            b.intoMemorySegment(wide, group * GROUP_BYTES + VECTOR_BYTES, ORDER);
            c.intoMemorySegment(wide, group * GROUP_BYTES + 2 * VECTOR_BYTES, ORDER);
            d.intoMemorySegment(wide, group * GROUP_BYTES + 3 * VECTOR_BYTES, ORDER);
        }
    }

    /** Like {@link #shorts}, for sums that were widened: int32, (groups, PANEL_ROWS). */
    static void ints(MemorySegment wide, int groups, int groupsPerBlock, MemorySegment scales, long scalesAt,
            MemorySegment xScales, long xScalesAt, MemorySegment out, long outAt) {
        for (int quarter = 0; quarter < 4; quarter++) {
            long at = (long) quarter * VECTOR_BYTES;
            FloatVector sum = Lanes.floats(out, outAt + at);
            for (int group = 0; group < groups; group++) {
                FloatVector x = Lanes.broadcastFloat(xScales, xScalesAt + (long) (group / groupsPerBlock) * Float.BYTES);
                FloatVector scale = Lanes.floats(scales, scalesAt + group * GROUP_BYTES + at).mul(x);
                sum = Lanes.toFloats(Lanes.ints(wide, group * GROUP_BYTES + at)).fma(scale, sum);
            }
            sum.intoMemorySegment(out, outAt + at, ORDER);
        }
    }

    /**
     * out += Σ over halves of a block of (weight offset · activation sum), summed by itself first.
     *
     * @param offsets float32, (groups, PANEL_ROWS)
     * @param xSums float32, (halves) from byte {@code xSumsAt}
     * @param halves sums of 16 columns
     * @param halvesPerGroup 1 or 2: groups of 16 or 32 columns
     */
    static void offset(MemorySegment offsets, MemorySegment xSums, long xSumsAt, int halves, int halvesPerGroup,
            MemorySegment out, long outAt) {
        FloatVector a = Species.zero();
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        for (int half = 0; half < halves; half++) {
            FloatVector x = Lanes.broadcastFloat(xSums, xSumsAt + (long) half * Float.BYTES);
            long at = half / halvesPerGroup * GROUP_BYTES;
            a = Lanes.floats(offsets, at).fma(x, a);
            b = Lanes.floats(offsets, at + VECTOR_BYTES).fma(x, b);
            c = Lanes.floats(offsets, at + 2 * VECTOR_BYTES).fma(x, c);
            d = Lanes.floats(offsets, at + 3 * VECTOR_BYTES).fma(x, d);
        }
        a.add(Lanes.floats(out, outAt)).intoMemorySegment(out, outAt, ORDER);
        b.add(Lanes.floats(out, outAt + VECTOR_BYTES)).intoMemorySegment(out, outAt + VECTOR_BYTES, ORDER);
        c.add(Lanes.floats(out, outAt + 2 * VECTOR_BYTES)).intoMemorySegment(out, outAt + 2 * VECTOR_BYTES, ORDER);
        d.add(Lanes.floats(out, outAt + 3 * VECTOR_BYTES)).intoMemorySegment(out, outAt + 3 * VECTOR_BYTES, ORDER);
    }
}
