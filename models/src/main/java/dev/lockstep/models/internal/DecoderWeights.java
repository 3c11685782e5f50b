package dev.lockstep.models.internal;

import dev.lockstep.loader.PagedMatrix;
import dev.lockstep.loader.Weights;
import dev.lockstep.models.Workload;
import dev.lockstep.quant.DType;
import dev.lockstep.quant.WeightMatrix;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The weights of a decoder by role. Memory belongs to the model's arena. Shapes of matrices are (rows, columns) = (out, in).
 * Matrices that share their input are kept together, because they are multiplied in one pass.
 *
 * @param tokenEmbedding (vocabSize, dim)
 * @param layers one per block
 * @param outputNorm (dim)
 * @param outputs (vocabSize, dim), one matrix; the embedding itself when the checkpoint ties them
 * @param ropeFactors (ropeDim / 2) divisors of the rotary frequencies, if the checkpoint has them (Llama 3)
 */
record DecoderWeights(WeightMatrix tokenEmbedding, List<Layer> layers, MemorySegment outputNorm, List<WeightMatrix> outputs,
        Optional<MemorySegment> ropeFactors) {

    /**
     * One transformer block.
     *
     * @param attentionNorm (dim), of what attention reads or gives
     * @param qkvBias (nHeads * keyDim), (nKvHeads * keyDim), (nKvHeads * valueDim), or none
     * @param qkNorm (keyDim) twice, or (nHeads * keyDim) and (nKvHeads * keyDim), or none
     * @param qkv (nHeads * keyDim, dim), (nKvHeads * keyDim, dim), (nKvHeads * valueDim, dim)
     * @param attentionOutput (dim, nHeads * valueDim), one matrix
     * @param feedForwardNorm (dim), of what the feed-forward network reads or gives
     * @param feedForward the feed-forward network
     */
    record Layer(MemorySegment attentionNorm, List<MemorySegment> qkvBias, List<MemorySegment> qkNorm, List<WeightMatrix> qkv,
            List<WeightMatrix> attentionOutput, MemorySegment feedForwardNorm, FeedForwardWeights feedForward) {

        private static Layer of(Weights weights, String prefix, DecoderSpec spec) {
            return new Layer(
                    weights.vector(prefix + spec.normPlace().attentionTensor() + ".weight").orElseThrow(),
                    vectors(weights, prefix, "attn_q.bias", "attn_k.bias", "attn_v.bias"),
                    vectors(weights, prefix, "attn_q_norm.weight", "attn_k_norm.weight"),
                    DecoderWeights.matrices(weights, prefix, "attn_q", "attn_k", "attn_v"),
                    DecoderWeights.matrices(weights, prefix, "attn_output"),
                    weights.vector(prefix + spec.normPlace().feedForwardTensor() + ".weight").orElseThrow(),
                    FeedForwardWeights.of(weights, prefix));
        }

        /** All of them, or none: the plan has made sure. */
        private static List<MemorySegment> vectors(Weights weights, String prefix, String... names) {
            return Arrays.stream(names).flatMap(name -> weights.vector(prefix + name).stream()).toList();
        }

        private Stream<WeightMatrix> matrices() {
            return Stream.of(qkv.stream(), attentionOutput.stream(), feedForward.matrices()).flatMap(Function.identity());
        }
    }

    /** Types of the matrices that read normalized activations. */
    Set<DType> typesFedByNorms() {
        return types(Stream.concat(outputs.stream(),
                layers.stream().flatMap(layer -> Stream.concat(layer.qkv.stream(), layer.feedForward.gateUp().stream()))));
    }

    /** Types of the matrices that read what attention gives. */
    Set<DType> typesFedByAttention() {
        return types(layers.stream().flatMap(layer -> layer.attentionOutput.stream()));
    }

    /** Types of the matrices that read what passes the gates. */
    Set<DType> typesFedByGates() {
        return types(layers.stream().flatMap(layer -> layer.feedForward.down().stream()));
    }

    private static Set<DType> types(Stream<WeightMatrix> matrices) {
        return matrices.map(WeightMatrix::type).collect(Collectors.toSet());
    }

    /** The matrices that are still in a file. */
    List<PagedMatrix> paged() {
        return Stream.concat(outputs.stream(), layers.stream().flatMap(Layer::matrices))
                .filter(PagedMatrix.class::isInstance).map(PagedMatrix.class::cast).toList();
    }

    /** Columns of the widest matrix. */
    long maxColumns() {
        return Stream.concat(outputs.stream(), layers.stream().flatMap(Layer::matrices))
                .mapToLong(WeightMatrix::columns).max().orElseThrow();
    }

    /** The products of one token. */
    Workload workload() {
        return new Workload(layers.stream().flatMap(Layer::matrices).mapToLong(DecoderWeights::multiplyAdds).sum(),
                outputs.stream().mapToLong(DecoderWeights::multiplyAdds).sum(),
                layers.stream().flatMap(Layer::matrices).mapToLong(matrix -> matrix.layout().byteSize()).sum(),
                outputs.stream().mapToLong(matrix -> matrix.layout().byteSize()).sum());
    }

    private static long multiplyAdds(WeightMatrix matrix) {
        return Math.multiplyExact(matrix.rows(), matrix.columns());
    }

    static List<WeightMatrix> matrices(Weights weights, String prefix, String... names) {
        return Arrays.stream(names).map(name -> weights.matrix(prefix + name + ".weight").orElseThrow()).toList();
    }

    /** Sorts loaded tensors, of which {@link TensorPlan} has made sure, into their roles. */
    static DecoderWeights of(Weights weights, ModelConfig config) {
        WeightMatrix embedding = weights.matrix("token_embd.weight").orElseThrow();
        return new DecoderWeights(embedding,
                IntStream.range(0, config.nLayers()).mapToObj(layer -> Layer.of(weights, "blk." + layer + ".", config.spec())).toList(),
                weights.vector("output_norm.weight").orElseThrow(),
                List.of(weights.matrix("output.weight").orElse(embedding)),
                weights.vector("rope_freqs.weight"));
    }
}
