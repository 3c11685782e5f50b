package dev.lockstep.models.internal;

import dev.lockstep.kernel.FloatRows;
import dev.lockstep.kernel.Kernels;
import dev.lockstep.models.InferenceException;
import dev.lockstep.models.Pooling;
import dev.lockstep.quant.LittleEndian;
import java.lang.foreign.MemorySegment;

/** Makes one vector of the hidden states of a text. */
final class Embedding {
    private Embedding() {
    }

    /**
     * @param states the first {@code count} rows are those of the text
     * @param vector {@code states.columns()} floats, overwritten
     * @throws InferenceException if a number is none
     */
    static void pool(Pooling pooling, FloatRows states, int count, MemorySegment vector, Kernels kernels) {
        int dim = states.columns();
        MemorySegment.copy(states.data(), 0, vector, 0, (long) dim * Float.BYTES);
        if (pooling == Pooling.MEAN) {
            for (int token = 1; token < count; token++) {
                kernels.add(vector, 0, states.data(), states.offset(token), dim);
            }
            kernels.scale(vector, 0, 1f / count, dim);
        }
        if (!Double.isFinite(length(vector, dim))) {
            throw new InferenceException("the model computed an embedding that is not of numbers; its weights are broken");
        }
    }

    /** Makes its length 1 (Euclid's norm), unless it is 0. */
    static void normalize(MemorySegment vector, int dim, Kernels kernels) {
        double length = length(vector, dim);
        if (length > 0) {
            kernels.scale(vector, 0, (float) (1 / length), dim);
        }
    }

    private static double length(MemorySegment vector, int dim) {
        double sum = 0;
        for (int i = 0; i < dim; i++) {
            double value = vector.get(LittleEndian.FLOAT, (long) i * Float.BYTES);
            sum += value * value;
        }
        return Math.sqrt(sum);
    }
}
