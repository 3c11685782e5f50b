package dev.lockstep.models.internal;

import dev.lockstep.loader.Weights;
import dev.lockstep.quant.DType;
import dev.lockstep.quant.WeightMatrix;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A linear layer: x becomes x · Wᵀ + b. Memory belongs to the model's arena.
 *
 * @param weight W, shape (out, in)
 * @param bias b, float32, shape (out)
 */
record Linear(WeightMatrix weight, Optional<MemorySegment> bias) {
    /** The layers whose tensors are called {@code prefix}, then one of the names, then {@code .weight} and perhaps {@code .bias}. */
    static List<Linear> all(Weights weights, String prefix, String... names) {
        return Arrays.stream(names).map(name -> of(weights, prefix + name)).toList();
    }

    private static Linear of(Weights weights, String name) {
        return new Linear(weights.matrix(name + ".weight").orElseThrow(), weights.vector(name + ".bias"));
    }

    DType type() {
        return weight.type();
    }

    /** Products of numbers for one token. */
    long multiplyAdds() {
        return Math.multiplyExact(weight.rows(), weight.columns());
    }
}
