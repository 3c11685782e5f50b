package dev.lockstep.models.internal;

import dev.lockstep.loader.Weights;
import dev.lockstep.models.Workload;
import dev.lockstep.quant.DType;
import dev.lockstep.quant.WeightMatrix;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The weights of a decoder by role. Memory belongs to the model's arena. Shapes of matrices are (rows, columns) = (out, in).
 *
 * @param tokenEmbedding (vocabSize, dim)
 * @param positionEmbedding (contextLength, dim), if positions are learned
 * @param layers one per block
 * @param outputNorm of what the last block gives
 * @param outputs (vocabSize, dim), one layer; its matrix is the embedding itself when the checkpoint ties them
 * @param ropeFactors divisors of the rotary frequencies, if the checkpoint has them
 */
record DecoderWeights(WeightMatrix tokenEmbedding, Optional<WeightMatrix> positionEmbedding, List<LayerWeights> layers,
        NormWeights outputNorm, List<Linear> outputs, RopeFactors ropeFactors) {

    /**
     * Divisors of the rotary frequencies, float32, shape (ropeDim / 2).
     *
     * @param always for every context (Llama 3)
     * @param within for contexts up to the trained one (Ding et al. 2024, "LongRoPE")
     * @param beyond for longer contexts
     */
    record RopeFactors(Optional<MemorySegment> always, Optional<MemorySegment> within, Optional<MemorySegment> beyond) {
        /** Those of a session: all its positions are rotated alike, or its keys would not fit its queries. */
        Optional<MemorySegment> of(int context, int trainedContext) {
            return always.or(() -> context > trainedContext ? beyond : within);
        }
    }

    /** Sorts loaded tensors, of which {@link TensorPlan} has made sure, into their roles. */
    static DecoderWeights of(Weights weights, ModelConfig config) {
        WeightMatrix embedding = weights.matrix("token_embd.weight").orElseThrow();
        return new DecoderWeights(embedding, weights.matrix("position_embd.weight"),
                IntStream.range(0, config.nLayers())
                        .mapToObj(layer -> LayerWeights.of(weights, "blk." + layer + ".", config)).toList(),
                NormWeights.of(weights, "output_norm").orElseThrow(),
                List.of(new Linear(weights.matrix("output.weight").orElse(embedding), weights.vector("output.bias"))),
                new RopeFactors(weights.vector("rope_freqs.weight"), weights.vector("rope_factors_short.weight"),
                        weights.vector("rope_factors_long.weight")));
    }

    /** Types of the matrices that read normalized activations. */
    Set<DType> typesFedByNorms() {
        return types(Stream.concat(outputs.stream(),
                layers.stream().flatMap(layer -> Stream.concat(layer.qkv().stream(), layer.feedForward().readingInput()))));
    }

    /** Types of the matrices that read what attention gives. */
    Set<DType> typesFedByAttention() {
        return types(layers.stream().flatMap(layer -> layer.attentionOutput().stream()));
    }

    /** Types of the matrices that read the hidden values of feed-forward networks. */
    Set<DType> typesFedByHidden() {
        return types(layers.stream().flatMap(layer -> layer.feedForward().readingHidden()));
    }

    private static Set<DType> types(Stream<Linear> layers) {
        return layers.map(Linear::type).collect(Collectors.toSet());
    }

    /** The matrices that are multiplied: not {@link #tokenEmbedding}, unless it is the output as well. */
    List<WeightMatrix> multiplied() {
        return Stream.concat(outputs.stream(), layers.stream().flatMap(LayerWeights::layers)).map(Linear::weight).toList();
    }

    /** Matrices of which single rows are read. */
    List<WeightMatrix> embeddings() {
        return Stream.concat(Stream.of(tokenEmbedding), positionEmbedding.stream()).toList();
    }

    /** The products of one token. */
    Workload workload() {
        return new Workload(layers.stream().flatMap(LayerWeights::ofOneToken).mapToLong(Linear::multiplyAdds).sum(),
                outputs.stream().mapToLong(Linear::multiplyAdds).sum(),
                layers.stream().flatMap(LayerWeights::ofOneToken).mapToLong(layer -> layer.weight().layout().byteSize()).sum(),
                outputs.stream().mapToLong(layer -> layer.weight().layout().byteSize()).sum());
    }
}
