package dev.lockstep.models.internal;

import dev.lockstep.loader.Weights;
import java.util.List;
import java.util.stream.Stream;

/**
 * The weights of one feed-forward network. Layers that share their input are kept together.
 *
 * @param inputs (hiddenDim, dim): gate and up, or up alone if the network has no gate
 * @param down (dim, hiddenDim), one layer
 */
record FeedForwardWeights(List<Linear> inputs, List<Linear> down) {
    /** The network whose tensors are called {@code prefix} and then {@code ffn_gate}, {@code ffn_up}, {@code ffn_down}. */
    static FeedForwardWeights of(Weights weights, String prefix, boolean gated) {
        return new FeedForwardWeights(
                gated ? Linear.all(weights, prefix, "ffn_gate", "ffn_up") : Linear.all(weights, prefix, "ffn_up"),
                Linear.all(weights, prefix, "ffn_down"));
    }

    Stream<Linear> layers() {
        return Stream.concat(inputs.stream(), down.stream());
    }
}
