package dev.lockstep.models.internal;

import dev.lockstep.loader.Weights;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The weights of one transformer block by role. Memory belongs to the model's arena. Linear layers that share their input are kept
 * together, because they are multiplied in one pass.
 *
 * @param attentionNorm of what attention reads
 * @param qkv (nHeads * keyDim, dim), (nKvHeads * keyDim, dim), (nKvHeads * valueDim, dim)
 * @param qkNorm (keyDim) twice, or (nHeads * keyDim) and (nKvHeads * keyDim), or none
 * @param attentionOutput (dim, nHeads * valueDim), one layer
 * @param attentionOutputNorm of what attention gives
 * @param feedForwardNorm of what the feed-forward network reads
 * @param feedForward the feed-forward network, or experts
 * @param feedForwardOutputNorm of what it gives
 */
record LayerWeights(Optional<NormWeights> attentionNorm, List<Linear> qkv, List<MemorySegment> qkNorm, List<Linear> attentionOutput,
        Optional<NormWeights> attentionOutputNorm, Optional<NormWeights> feedForwardNorm, FeedForwardWeights feedForward,
        Optional<NormWeights> feedForwardOutputNorm) {

    /** Sorts loaded tensors, of which {@link TensorPlan} has made sure, into their roles. */
    static LayerWeights of(Weights weights, String prefix, ModelConfig config) {
        return new LayerWeights(
                NormWeights.of(weights, prefix + "attn_norm"),
                Linear.all(weights, prefix, "attn_q", "attn_k", "attn_v"),
                Stream.of("attn_q_norm.weight", "attn_k_norm.weight").flatMap(name -> weights.vector(prefix + name).stream()).toList(),
                Linear.all(weights, prefix, "attn_output"),
                NormWeights.of(weights, prefix + "post_attention_norm"),
                NormWeights.of(weights, prefix + "ffn_norm"),
                config.experts().isPresent()
                        ? ExpertWeights.of(weights, prefix, config.experts().get())
                        : NetworkWeights.of(weights, prefix, "", config.spec().network().gated()),
                NormWeights.of(weights, prefix + "post_ffw_norm"));
    }

    Stream<Linear> layers() {
        return Stream.of(qkv.stream(), attentionOutput.stream(), feedForward.layers()).flatMap(layers -> layers);
    }

    /** The layers that one token passes. */
    Stream<Linear> ofOneToken() {
        return Stream.of(qkv.stream(), attentionOutput.stream(), feedForward.ofOneToken()).flatMap(layers -> layers);
    }
}
