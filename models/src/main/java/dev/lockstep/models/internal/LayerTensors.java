package dev.lockstep.models.internal;

import dev.lockstep.models.internal.DecoderSpec.Bias;
import dev.lockstep.models.internal.DecoderSpec.Network;
import dev.lockstep.models.internal.PlannedTensors.Part;
import java.util.List;
import java.util.Set;

/**
 * Which tensors the linear layers and norms of one transformer block are made of. Matrices that a checkpoint stores as one are planned
 * as its parts.
 *
 * @param blk prefix of the block's names
 * @param dim width of the residual stream
 * @param biases those that must be there; others are used if they are
 */
record LayerTensors(PlannedTensors tensors, String blk, long dim, Set<Bias> biases) {
    void qkv(long queryDim, long keysDim, long valuesDim) {
        List<Part> parts = List.of(new Part("attn_q", queryDim), new Part("attn_k", keysDim), new Part("attn_v", valuesDim));
        if (tensors.has(blk + "attn_qkv.weight")) {
            fused("attn_qkv", parts, Bias.QKV);
        } else {
            parts.forEach(part -> linear(part.name(), Bias.QKV, part.rows(), dim));
        }
    }

    void attentionOutput(long attentionDim) {
        linear("attn_output", Bias.ATTENTION_OUTPUT, dim, attentionDim);
    }

    void feedForward(Network network, long hiddenDim) {
        List<Long> both = List.of(2 * hiddenDim, dim);
        if (network.gated() && !tensors.has(blk + "ffn_gate.weight")
                && tensors.shape(blk + "ffn_up.weight").filter(both::equals).isPresent()) {
            fused("ffn_up", List.of(new Part("ffn_gate", hiddenDim), new Part("ffn_up", hiddenDim)), Bias.FEED_FORWARD);
        } else {
            if (network.gated()) {
                linear("ffn_gate", Bias.FEED_FORWARD, hiddenDim, dim);
            }
            linear("ffn_up", Bias.FEED_FORWARD, hiddenDim, dim);
        }
        linear("ffn_down", Bias.FEED_FORWARD, dim, hiddenDim);
    }

    void norm(String name, boolean withBias) {
        tensors.require(blk + name + ".weight", dim);
        if (withBias) {
            tensors.require(blk + name + ".bias", dim);
        }
    }

    private void linear(String name, Bias bias, long rows, long columns) {
        tensors.require(blk + name + ".weight", rows, columns);
        bias(name, bias, rows);
    }

    /** Present if the family needs it, and used if it is present. */
    void bias(String name, Bias bias, long size) {
        if (isThere(name, bias)) {
            tensors.require(blk + name + ".bias", size);
        }
    }

    /** Matrices that lie one after the other in one tensor, and their biases. */
    private void fused(String name, List<Part> parts, Bias bias) {
        long rows = parts.stream().mapToLong(Part::rows).reduce(0, Math::addExact);
        tensors.requireParts(blk + name + ".weight", blk, ".weight", parts, rows, dim);
        if (isThere(name, bias)) {
            tensors.requireParts(blk + name + ".bias", blk, ".bias", parts, rows);
        }
    }

    private boolean isThere(String name, Bias bias) {
        return biases.contains(bias) || tensors.has(blk + name + ".bias");
    }
}
