package dev.lockstep.kernel;

import dev.lockstep.quant.DType;
import java.util.EnumSet;
import java.util.Set;

/**
 * Which operators a model uses besides attention, so that no others are {@linkplain WarmUp warmed up}.
 *
 * @param weights types of the matrices
 * @param pairing of the rotation
 * @param functions of the feed-forward networks
 * @param layerNorm true if there are layer norms
 * @param softCap true if logits are capped
 */
public record Operators(Set<DType> weights, Rotation.Pairing pairing, Set<ActivationFunction> functions, boolean layerNorm, boolean softCap) {
    public Operators {
        weights = Set.copyOf(weights);
        functions = Set.copyOf(functions);
    }

    /** All of them, on matrices of these types. */
    public static Operators all(Set<DType> weights, Rotation.Pairing pairing) {
        return new Operators(weights, pairing, EnumSet.allOf(ActivationFunction.class), true, true);
    }
}
