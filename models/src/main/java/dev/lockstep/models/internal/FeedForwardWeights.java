package dev.lockstep.models.internal;

import dev.lockstep.loader.Weights;
import dev.lockstep.quant.WeightMatrix;
import java.util.List;
import java.util.stream.Stream;

/**
 * The weights of one feed-forward network. Memory belongs to the model's arena. Matrices that share their input are kept together.
 *
 * @param gateUp (hiddenDim, dim) twice
 * @param down (dim, hiddenDim), one matrix
 */
record FeedForwardWeights(List<WeightMatrix> gateUp, List<WeightMatrix> down) {
    /** The network whose tensors are called {@code prefix} and then {@code ffn_gate}, {@code ffn_up}, {@code ffn_down}. */
    static FeedForwardWeights of(Weights weights, String prefix) {
        return new FeedForwardWeights(DecoderWeights.matrices(weights, prefix, "ffn_gate", "ffn_up"),
                DecoderWeights.matrices(weights, prefix, "ffn_down"));
    }

    Stream<WeightMatrix> matrices() {
        return Stream.of(gateUp, down).flatMap(List::stream);
    }
}
