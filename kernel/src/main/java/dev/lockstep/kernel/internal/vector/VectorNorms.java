package dev.lockstep.kernel.internal.vector;

import static dev.lockstep.kernel.internal.vector.Species.FLOATS;
import static dev.lockstep.kernel.internal.vector.Species.LANES;
import static dev.lockstep.kernel.internal.vector.Species.ORDER;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import dev.lockstep.quant.LittleEndian;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/** Norms of one row: the sums in vectors, added up lane by lane in the end, then what they are used for. */
final class VectorNorms {
    private VectorNorms() {
    }

    static void rmsNorm(MemorySegment x, long xOffset, MemorySegment weight, float epsilon, MemorySegment out, long outOffset, int count) {
        // no mean is taken away: that of an RMS norm is 0 by definition
        scale(x, xOffset, 0, weight, epsilon, out, outOffset, count);
    }

    static void layerNorm(MemorySegment x, long xOffset, MemorySegment weight, float epsilon, MemorySegment out, long outOffset, int count) {
        scale(x, xOffset, sum(x, xOffset, count) / count, weight, epsilon, out, outOffset, count);
    }

    /** out[i] = (x[i] − mean) / sqrt(mean((x − mean)²) + epsilon) · weight[i]. */
    private static void scale(MemorySegment x, long xOffset, float mean, MemorySegment weight, float epsilon, MemorySegment out,
            long outOffset, int count) {
        float inverse = (float) (1 / Math.sqrt(sumOfSquares(x, xOffset, mean, count) / count + epsilon));
        int i = 0;
        for (; i <= count - LANES; i += LANES) {
            fromMemorySegment(FLOATS, x, xOffset + i * 4L, ORDER).sub(mean).mul(inverse)
                    .mul(fromMemorySegment(FLOATS, weight, i * 4L, ORDER)).intoMemorySegment(out, outOffset + i * 4L, ORDER);
        }
        for (; i < count; i++) {
            float value = (get(x, xOffset, i) - mean) * inverse * get(weight, 0, i);
            out.set(LittleEndian.FLOAT, outOffset + (long) i * Float.BYTES, value);
        }
    }

    private static float sum(MemorySegment x, long offset, int count) {
        FloatVector sums = Species.zero();
        int i = 0;
        for (; i <= count - LANES; i += LANES) {
            sums = sums.add(fromMemorySegment(FLOATS, x, offset + i * 4L, ORDER));
        }
        float sum = LaneSum.of(sums);
        for (; i < count; i++) {
            sum += get(x, offset, i);
        }
        return sum;
    }

    private static float sumOfSquares(MemorySegment x, long offset, float mean, int count) {
        FloatVector sums = Species.zero();
        int i = 0;
        for (; i <= count - LANES; i += LANES) {
            FloatVector difference = fromMemorySegment(FLOATS, x, offset + i * 4L, ORDER).sub(mean);
            sums = difference.fma(difference, sums);
        }
        float sum = LaneSum.of(sums);
        for (; i < count; i++) {
            float difference = get(x, offset, i) - mean;
            sum = Math.fma(difference, difference, sum);
        }
        return sum;
    }

    private static float get(MemorySegment floats, long offset, int index) {
        return floats.get(LittleEndian.FLOAT, offset + (long) index * Float.BYTES);
    }
}
