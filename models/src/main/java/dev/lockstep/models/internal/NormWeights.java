package dev.lockstep.models.internal;

import dev.lockstep.loader.Weights;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * The weights of a norm of the residual stream. Memory belongs to the model's arena.
 *
 * @param weight float32, shape (dim)
 * @param bias float32, shape (dim)
 */
record NormWeights(MemorySegment weight, Optional<MemorySegment> bias) {
    /** The norm whose tensors are called {@code name} and then {@code .weight} and perhaps {@code .bias}; empty if there is none. */
    static Optional<NormWeights> of(Weights weights, String name) {
        return weights.vector(name + ".weight").map(weight -> new NormWeights(weight, weights.vector(name + ".bias")));
    }
}
