package dev.lockstep.models.internal;

import dev.lockstep.loader.Weights;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The weights of a mixture of experts.
 *
 * @param router (experts, dim), one layer: how much each expert has to say about a token
 * @param experts networks of the same shape
 * @param used how many of them a token passes
 * @param shared the network that all tokens pass besides
 * @param sharedGate (1, dim), one layer: how much that network has to say, or none
 */
record ExpertWeights(List<Linear> router, List<NetworkWeights> experts, int used, Optional<NetworkWeights> shared,
        List<Linear> sharedGate) implements FeedForwardWeights {
    /** The experts of the block whose tensors are called {@code prefix} and then as {@link ExpertTensors} says. */
    static ExpertWeights of(Weights weights, String prefix, ExpertConfig config) {
        return new ExpertWeights(Linear.all(weights, prefix, "ffn_gate_inp"),
                IntStream.range(0, config.count()).mapToObj(expert -> NetworkWeights.of(weights, prefix, "." + expert, true)).toList(),
                config.used(),
                config.sharedDim() > 0 ? Optional.of(NetworkWeights.of(weights, prefix, "_shexp", true)) : Optional.empty(),
                config.sharedGate() ? Linear.all(weights, prefix, "ffn_gate_inp_shexp") : List.of());
    }

    @Override
    public Stream<Linear> readingInput() {
        return Stream.of(router.stream(), experts.stream().flatMap(NetworkWeights::readingInput),
                shared.stream().flatMap(NetworkWeights::readingInput), sharedGate.stream()).flatMap(layers -> layers);
    }

    @Override
    public Stream<Linear> readingHidden() {
        return Stream.concat(experts.stream(), shared.stream()).flatMap(NetworkWeights::readingHidden);
    }

    /** Which experts those are makes no difference: they are all of one size. */
    @Override
    public Stream<Linear> ofOneToken() {
        return Stream.of(router.stream(), experts.stream().limit(used).flatMap(NetworkWeights::layers),
                shared.stream().flatMap(NetworkWeights::layers), sharedGate.stream()).flatMap(layers -> layers);
    }
}
