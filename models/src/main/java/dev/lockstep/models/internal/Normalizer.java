package dev.lockstep.models.internal;

import dev.lockstep.kernel.Kernels;
import java.lang.foreign.MemorySegment;

/**
 * Norms of one kind and width. Immutable and thread-safe.
 *
 * @param epsilon added to the mean square, or variance
 * @param dim values that are normalized together
 */
record Normalizer(Kernels kernels, DecoderSpec.Norm norm, float epsilon, int dim) {
    static Normalizer of(ModelConfig config, Kernels kernels) {
        return new Normalizer(kernels, config.spec().norm(), config.normEpsilon(), config.dim());
    }

    /** Normalizes {@code dim} float32 values; {@code out} may be {@code x}. */
    void apply(NormWeights weights, MemorySegment x, long xOffset, MemorySegment out, long outOffset) {
        switch (norm) {
            case RMS -> kernels.rmsNorm(x, xOffset, weights.weight(), epsilon, out, outOffset, dim);
            case LAYER, LAYER_WITHOUT_BIAS -> kernels.layerNorm(x, xOffset, weights.weight(), epsilon, out, outOffset, dim);
        }
        if (weights.bias().isPresent()) {
            kernels.add(out, outOffset, weights.bias().get(), 0, dim);
        }
    }
}
