package dev.lockstep.models.internal;

import dev.lockstep.loader.TensorInfo;
import dev.lockstep.loader.VerifiedCheckpoint;
import dev.lockstep.models.internal.DecoderSpec.Bias;
import dev.lockstep.models.internal.DecoderSpec.Norm;
import dev.lockstep.models.internal.PlannedTensors.Part;
import java.util.List;

/**
 * Which tensors a decoder needs, checked against those a checkpoint has. Matrices that a checkpoint stores as one are planned as its
 * parts.
 */
final class TensorPlan {
    private final PlannedTensors tensors;
    private final ModelConfig c;

    private TensorPlan(VerifiedCheckpoint checkpoint, ModelConfig config) {
        this.tensors = new PlannedTensors(checkpoint);
        this.c = config;
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
            layer("blk." + layer + ".");
        }
        norm("output_norm");
        if (tensors.has("output.weight")) {
            tensors.require("output.weight", (long) c.vocabSize(), (long) c.dim());
        }
        bias("output", Bias.LOGITS, c.vocabSize());
        ropeFactors();
        return tensors.withoutLeftovers();
    }

    private void layer(String blk) {
        if (c.spec().block().hasInputNorm()) {
            norm(blk + "attn_norm");
        }
        attention(blk);
        if (c.spec().block().hasFeedForwardNorm()) {
            norm(blk + "ffn_norm");
        }
        if (c.experts().isPresent()) {
            new ExpertTensors(tensors, blk, c.dim(), c.hiddenDim(), c.experts().get()).require();
        } else {
            feedForward(blk);
        }
        if (c.spec().block().hasOutputNorms()) {
            norm(blk + "post_attention_norm");
            norm(blk + "post_ffw_norm");
        }
    }

    private void attention(String blk) {
        List<Part> qkv = List.of(new Part("attn_q", c.queryDim()), new Part("attn_k", c.keysDim()), new Part("attn_v", c.valuesDim()));
        if (tensors.has(blk + "attn_qkv.weight")) {
            fused(blk, "attn_qkv", qkv, Bias.QKV);
        } else {
            qkv.forEach(part -> linear(blk + part.name(), Bias.QKV, part.rows(), c.dim()));
        }
        linear(blk + "attn_output", Bias.ATTENTION_OUTPUT, c.dim(), c.attentionDim());
        switch (c.spec().qkNorm()) {
            case NONE -> { }
            case EACH_HEAD -> qkNorm(blk, c.keyDim(), c.keyDim());
            case ALL_HEADS -> qkNorm(blk, c.queryDim(), c.keysDim());
        }
    }

    private void qkNorm(String blk, long querySize, long keySize) {
        tensors.require(blk + "attn_q_norm.weight", querySize);
        tensors.require(blk + "attn_k_norm.weight", keySize);
    }

    private void feedForward(String blk) {
        boolean gated = c.spec().network().gated();
        List<Long> both = List.of(2L * c.hiddenDim(), (long) c.dim());
        if (gated && !tensors.has(blk + "ffn_gate.weight") && tensors.shape(blk + "ffn_up.weight").filter(both::equals).isPresent()) {
            fused(blk, "ffn_up", List.of(new Part("ffn_gate", c.hiddenDim()), new Part("ffn_up", c.hiddenDim())), Bias.FEED_FORWARD);
        } else {
            if (gated) {
                linear(blk + "ffn_gate", Bias.FEED_FORWARD, c.hiddenDim(), c.dim());
            }
            linear(blk + "ffn_up", Bias.FEED_FORWARD, c.hiddenDim(), c.dim());
        }
        linear(blk + "ffn_down", Bias.FEED_FORWARD, c.dim(), c.hiddenDim());
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

    private void norm(String name) {
        tensors.require(name + ".weight", (long) c.dim());
        if (c.spec().norm() == Norm.LAYER) {
            tensors.require(name + ".bias", (long) c.dim());
        }
    }

    private void linear(String name, Bias bias, long rows, long columns) {
        tensors.require(name + ".weight", rows, columns);
        bias(name, bias, rows);
    }

    /** Present if the family needs it, and used if it is present. */
    private void bias(String name, Bias bias, long size) {
        if (needs(bias) || tensors.has(name + ".bias")) {
            tensors.require(name + ".bias", size);
        }
    }

    /** Matrices that lie one after the other in one tensor, and their biases. */
    private void fused(String blk, String name, List<Part> parts, Bias bias) {
        long rows = parts.stream().mapToLong(Part::rows).reduce(0, Math::addExact);
        tensors.requireParts(blk + name + ".weight", blk, ".weight", parts, rows, (long) c.dim());
        if (needs(bias) || tensors.has(blk + name + ".bias")) {
            tensors.requireParts(blk + name + ".bias", blk, ".bias", parts, rows);
        }
    }

    private boolean needs(Bias bias) {
        return c.spec().biases().contains(bias);
    }
}
