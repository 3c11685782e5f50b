package dev.lockstep.kernel.internal.vector;

import static dev.lockstep.kernel.internal.vector.AttentionScratch.COLUMNS;
import static dev.lockstep.kernel.internal.vector.Species.FLOATS;
import static dev.lockstep.kernel.internal.vector.Species.LANES;
import static dev.lockstep.kernel.internal.vector.Species.ORDER;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static jdk.incubator.vector.VectorOperators.MAX;

import dev.lockstep.quant.LittleEndian;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * A softmax that sees the scores of one query in pieces of {@value AttentionScratch#COLUMNS} and keeps the largest so far and the
 * sum of weights (Milakov and Gimelshein 2018). The sum is kept per vector lane and added up once, by {@link LaneSum}.
 *
 * <p>Parameters of the methods: {@code s}, scratch memory; {@code row}, offset of the scores.
 */
final class OnlineSoftmax {
    private OnlineSoftmax() {
    }

    /** Hides all scores but those of columns {@code from} (inclusive) to {@code to} (exclusive): their weight will be zero. */
    static void hide(MemorySegment s, long row, int from, int to) {
        for (int column = 0; column < COLUMNS; column++) {
            if (column < from || column >= to) {
                s.set(LittleEndian.FLOAT, row + (long) column * Float.BYTES, Float.NEGATIVE_INFINITY);
            }
        }
    }

    /** Multiplies {@code count} numbers, a multiple of all vector lengths. */
    static void multiply(MemorySegment s, long row, int count, float factor) {
        for (int column = 0; column < count; column += LANES) {
            long at = row + (long) column * Float.BYTES;
            fromMemorySegment(FLOATS, s, at, ORDER).mul(factor).intoMemorySegment(s, at, ORDER);
        }
    }

    /** The largest score. */
    static float max(MemorySegment s, long row) {
        FloatVector maxima = fromMemorySegment(FLOATS, s, row, ORDER);
        for (int column = LANES; column < COLUMNS; column += LANES) {
            maxima = maxima.max(fromMemorySegment(FLOATS, s, row + (long) column * Float.BYTES, ORDER));
        }
        return maxima.reduceLanes(MAX);
    }

    /**
     * Turns scores into weights exp(score − max), in place, and adds them to the sums.
     *
     * @param max finite, so that −∞ becomes 0
     * @param factor the weights in memory, not in the sums, are multiplied by this power of two
     */
    static void weigh(MemorySegment s, long row, float max, float factor, long sums) {
        FloatVector sum = Species.zero();
        for (int column = 0; column < COLUMNS; column += LANES) {
            long at = row + (long) column * Float.BYTES;
            FloatVector weights = VectorExp.exp(fromMemorySegment(FLOATS, s, at, ORDER).sub(max));
            sum = sum.add(weights);
            weights.mul(factor).intoMemorySegment(s, at, ORDER);
        }
        fromMemorySegment(FLOATS, s, sums, ORDER).add(sum).intoMemorySegment(s, sums, ORDER);
    }

    /** The sum of weights over all positions so far. */
    static float sum(MemorySegment s, long sums) {
        return LaneSum.of(fromMemorySegment(FLOATS, s, sums, ORDER));
    }
}
