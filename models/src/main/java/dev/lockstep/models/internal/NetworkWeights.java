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
record NetworkWeights(List<Linear> inputs, List<Linear> down) implements FeedForwardWeights {
    /** The network whose tensors are called {@code prefix}, then {@code ffn_gate}, {@code ffn_up} or {@code ffn_down}, then {@code suffix}. */
    static NetworkWeights of(Weights weights, String prefix, String suffix, boolean gated) {
        return new NetworkWeights(
                gated ? Linear.all(weights, prefix, "ffn_gate" + suffix, "ffn_up" + suffix) : Linear.all(weights, prefix, "ffn_up" + suffix),
                Linear.all(weights, prefix, "ffn_down" + suffix));
    }

    @Override
    public Stream<Linear> readingInput() {
        return inputs.stream();
    }

    @Override
    public Stream<Linear> readingHidden() {
        return down.stream();
    }

    @Override
    public Stream<Linear> ofOneToken() {
        return layers();
    }
}
