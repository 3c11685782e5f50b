package dev.lockstep.models.internal;

import dev.lockstep.loader.Weights;
import dev.lockstep.quant.DType;
import dev.lockstep.quant.WeightMatrix;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The weights of an encoder by role. Memory belongs to the model's arena. Shapes of matrices are (rows, columns) = (out, in).
 *
 * @param tokenEmbedding (vocabSize, dim)
 * @param positionEmbedding (contextLength, dim), if positions are learned
 * @param typeEmbedding (types, dim), if there are types of text
 * @param embeddingNorm of the sum of these
 * @param layers one per block
 */
record EncoderWeights(WeightMatrix tokenEmbedding, Optional<WeightMatrix> positionEmbedding, Optional<WeightMatrix> typeEmbedding,
        NormWeights embeddingNorm, List<Layer> layers) {

    /**
     * One transformer block. Linear layers that share their input are kept together.
     *
     * @param qkv (dim, dim) three times
     * @param attentionOutput (dim, dim), one layer
     * @param attentionNorm of what attention gives, with what it read
     * @param network the feed-forward network
     * @param networkNorm of what it gives, with what it read
     */
    record Layer(List<Linear> qkv, List<Linear> attentionOutput, NormWeights attentionNorm, NetworkWeights network, NormWeights networkNorm) {
        private static Layer of(Weights weights, String prefix, EncoderSpec spec) {
            return new Layer(Linear.all(weights, prefix, "attn_q", "attn_k", "attn_v"),
                    Linear.all(weights, prefix, "attn_output"),
                    NormWeights.of(weights, prefix + "attn_output_norm").orElseThrow(),
                    NetworkWeights.of(weights, prefix, "", spec.network().gated()),
                    NormWeights.of(weights, prefix + "layer_output_norm").orElseThrow());
        }
    }

    /** Sorts loaded tensors, of which {@link EncoderTensors} has made sure, into their roles. */
    static EncoderWeights of(Weights weights, EncoderConfig config) {
        return new EncoderWeights(weights.matrix("token_embd.weight").orElseThrow(), weights.matrix("position_embd.weight"),
                weights.matrix("token_types.weight"), NormWeights.of(weights, "token_embd_norm").orElseThrow(),
                IntStream.range(0, config.nLayers()).mapToObj(layer -> Layer.of(weights, "blk." + layer + ".", config.spec())).toList());
    }

    /** Types of the matrices that read hidden states. */
    Set<DType> typesFedByHiddenStates() {
        return types(layer -> Stream.concat(layer.qkv.stream(), layer.network.readingInput()));
    }

    /** Types of the matrices that read what attention gives. */
    Set<DType> typesFedByAttention() {
        return types(layer -> layer.attentionOutput.stream());
    }

    /** Types of the matrices that read the hidden values of feed-forward networks. */
    Set<DType> typesFedByNetworks() {
        return types(layer -> layer.network.readingHidden());
    }

    private Set<DType> types(Function<Layer, Stream<Linear>> choice) {
        return layers.stream().flatMap(choice).map(Linear::type).collect(Collectors.toSet());
    }

    /** The matrices that are multiplied. */
    List<WeightMatrix> multiplied() {
        return layers.stream().flatMap(layer -> Stream.of(layer.qkv.stream(), layer.attentionOutput.stream(), layer.network.layers()))
                .flatMap(Function.identity()).map(Linear::weight).toList();
    }

    /** Matrices of which single rows are read. */
    List<WeightMatrix> embeddings() {
        return Stream.of(Stream.of(tokenEmbedding), positionEmbedding.stream(), typeEmbedding.stream()).flatMap(Function.identity()).toList();
    }
}
