package dev.lockstep.models.internal;

import dev.lockstep.loader.Weights;
import dev.lockstep.quant.PanelMatrix;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The weights of a decoder by role. Memory belongs to the model's arena. Shapes of matrices are (rows, columns) = (out, in).
 *
 * @param tokenEmbedding (vocabSize, dim)
 * @param layers one per block
 * @param outputNorm (dim)
 * @param output (vocabSize, dim); the embedding itself when the checkpoint ties them
 * @param ropeFactors (ropeDim / 2) divisors of the rotary frequencies, if the checkpoint has them (Llama 3)
 */
record DecoderWeights(PanelMatrix tokenEmbedding, List<Layer> layers, MemorySegment outputNorm, PanelMatrix output,
        Optional<MemorySegment> ropeFactors) {

    /**
     * One transformer block.
     *
     * @param attentionNorm (dim)
     * @param q (nHeads * keyDim, dim)
     * @param k (nKvHeads * keyDim, dim)
     * @param v (nKvHeads * valueDim, dim)
     * @param attentionOutput (dim, nHeads * valueDim)
     * @param feedForwardNorm (dim)
     * @param gate (hiddenDim, dim)
     * @param up (hiddenDim, dim)
     * @param down (dim, hiddenDim)
     */
    record Layer(MemorySegment attentionNorm, PanelMatrix q, PanelMatrix k, PanelMatrix v, PanelMatrix attentionOutput,
            MemorySegment feedForwardNorm, PanelMatrix gate, PanelMatrix up, PanelMatrix down) {

        private static Layer of(Weights weights, String prefix) {
            return new Layer(
                    weights.vector(prefix + "attn_norm.weight").orElseThrow(),
                    weights.matrix(prefix + "attn_q.weight").orElseThrow(),
                    weights.matrix(prefix + "attn_k.weight").orElseThrow(),
                    weights.matrix(prefix + "attn_v.weight").orElseThrow(),
                    weights.matrix(prefix + "attn_output.weight").orElseThrow(),
                    weights.vector(prefix + "ffn_norm.weight").orElseThrow(),
                    weights.matrix(prefix + "ffn_gate.weight").orElseThrow(),
                    weights.matrix(prefix + "ffn_up.weight").orElseThrow(),
                    weights.matrix(prefix + "ffn_down.weight").orElseThrow());
        }
    }

    /** All matrices. */
    Stream<PanelMatrix> matrices() {
        return Stream.concat(Stream.of(tokenEmbedding, output), layers.stream().flatMap(layer -> Stream.of(
                layer.q, layer.k, layer.v, layer.attentionOutput, layer.gate, layer.up, layer.down)));
    }

    /** Sorts loaded tensors, of which {@link TensorPlan} has made sure, into their roles. */
    static DecoderWeights of(Weights weights, ModelConfig config) {
        PanelMatrix embedding = weights.matrix("token_embd.weight").orElseThrow();
        return new DecoderWeights(embedding,
                IntStream.range(0, config.nLayers()).mapToObj(layer -> Layer.of(weights, "blk." + layer + ".")).toList(),
                weights.vector("output_norm.weight").orElseThrow(),
                weights.matrix("output.weight").orElse(embedding),
                weights.vector("rope_freqs.weight"));
    }
}
