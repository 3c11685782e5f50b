package dev.lockstep.models.internal;

import dev.lockstep.loader.TensorInfo;
import dev.lockstep.loader.VerifiedCheckpoint;
import dev.lockstep.models.internal.DecoderSpec.Bias;
import dev.lockstep.models.internal.DecoderSpec.Norm;
import java.util.List;

/** Which tensors a decoder needs, checked against those a checkpoint has. */
final class TensorPlan {
    private final PlannedTensors tensors;
    private final ModelConfig c;
    private final boolean normBias;

    private TensorPlan(VerifiedCheckpoint checkpoint, ModelConfig config) {
        this.tensors = new PlannedTensors(checkpoint);
        this.c = config;
        this.normBias = config.spec().norm() == Norm.LAYER;
    }

    /** The tensors that {@code config} needs from {@code checkpoint}. */
    static List<TensorInfo> of(VerifiedCheckpoint checkpoint, ModelConfig config) {
        return new TensorPlan(checkpoint, config).collect();
    }

    private List<TensorInfo> collect() {
        tensors.require("token_embd.weight", (long) c.vocabSize(), (long) c.dim());
        if (c.spec().positions().learned()) {
            tensors.require("position_embd.weight", (long) c.contextLength(), (long) c.dim());
        }
        for (int layer = 0; layer < c.nLayers(); layer++) {
            layer(named("blk." + layer + "."));
        }
        named("").norm("output_norm", normBias);
        if (tensors.has("output.weight")) {
            tensors.require("output.weight", (long) c.vocabSize(), (long) c.dim());
        }
        named("").bias("output", Bias.LOGITS, c.vocabSize());
        ropeFactors();
        return tensors.withoutLeftovers();
    }

    private LayerTensors named(String prefix) {
        return new LayerTensors(tensors, prefix, c.dim(), c.spec().biases());
    }

    private void layer(LayerTensors layer) {
        if (c.spec().block().hasInputNorm()) {
            layer.norm("attn_norm", normBias);
        }
        layer.qkv(c.queryDim(), c.keysDim(), c.valuesDim());
        layer.attentionOutput(c.attentionDim());
        switch (c.spec().qkNorm()) {
            case NONE -> { }
            case EACH_HEAD -> qkNorm(layer.blk(), c.keyDim(), c.keyDim());
            case ALL_HEADS -> qkNorm(layer.blk(), c.queryDim(), c.keysDim());
        }
        if (c.spec().block().hasFeedForwardNorm()) {
            layer.norm("ffn_norm", normBias);
        }
        if (c.experts().isPresent()) {
            new ExpertTensors(tensors, layer.blk(), c.dim(), c.hiddenDim(), c.experts().get()).require();
        } else {
            layer.feedForward(c.spec().network(), c.hiddenDim());
        }
        if (c.spec().block().hasOutputNorms()) {
            layer.norm("post_attention_norm", normBias);
            layer.norm("post_ffw_norm", normBias);
        }
    }

    private void qkNorm(String blk, long querySize, long keySize) {
        tensors.require(blk + "attn_q_norm.weight", querySize);
        tensors.require(blk + "attn_k_norm.weight", keySize);
    }

    private void ropeFactors() {
        if (c.rope().dim() == 0) {
            return;
        }
        long pairs = c.rope().dim() / 2;
        if (tensors.has("rope_freqs.weight")) {
            tensors.require("rope_freqs.weight", pairs);
        }
        if (tensors.has("rope_factors_long.weight") || tensors.has("rope_factors_short.weight")) {
            tensors.require("rope_factors_long.weight", pairs);
            tensors.require("rope_factors_short.weight", pairs);
        }
    }
}
