package dev.lockstep.models.internal;

import dev.lockstep.loader.ModelFormatException;
import dev.lockstep.loader.TensorInfo;
import dev.lockstep.loader.VerifiedCheckpoint;
import dev.lockstep.models.internal.DecoderSpec.Bias;
import dev.lockstep.models.internal.DecoderSpec.Norm;
import dev.lockstep.quant.DType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which tensors a decoder needs, checked against those a checkpoint has: present, of the right shape, of a type with kernels,
 * and none left over that would have changed the result. Matrices that a checkpoint stores as one are planned as its parts.
 */
final class TensorPlan {
    /** Tables that old converters stored; the decoder computes them itself. */
    private static final String IGNORED_SUFFIX = ".attn_rot_embd";

    private final VerifiedCheckpoint checkpoint;
    private final ModelConfig c;
    private final List<TensorInfo> tensors = new ArrayList<>();
    /** Names as in the file. */
    private final Set<String> used = new HashSet<>();

    /**
     * A part of a tensor: so many of its rows.
     *
     * @param name what it is called where it is stored by itself
     */
    private record Part(String name, long rows) { }

    private TensorPlan(VerifiedCheckpoint checkpoint, ModelConfig config) {
        this.checkpoint = checkpoint;
        this.c = config;
    }

    /** The tensors that {@code config} needs from {@code checkpoint}. */
    static List<TensorInfo> of(VerifiedCheckpoint checkpoint, ModelConfig config) {
        return new TensorPlan(checkpoint, config).collect();
    }

    /** Bytes that the vectors among the planned tensors take once they are loaded. */
    static long vectorBytes(List<TensorInfo> tensors) {
        return tensors.stream().filter(tensor -> tensor.shape().size() == 1)
                .mapToLong(tensor -> Math.multiplyExact(tensor.elements(), (long) Float.BYTES))
                .reduce(0, Math::addExact);
    }

    private List<TensorInfo> collect() {
        require("token_embd.weight", c.vocabSize(), c.dim());
        if (c.spec().positions().learned()) {
            require("position_embd.weight", c.contextLength(), c.dim());
        }
        for (int layer = 0; layer < c.nLayers(); layer++) {
            layer("blk." + layer + ".");
        }
        norm("output_norm");
        if (has("output.weight")) {
            require("output.weight", c.vocabSize(), c.dim());
        }
        bias("output", Bias.LOGITS, c.vocabSize());
        ropeFactors();
        refuseLeftovers();
        return List.copyOf(tensors);
    }

    private void layer(String blk) {
        if (c.spec().block().hasInputNorm()) {
            norm(blk + "attn_norm");
        }
        attention(blk);
        if (c.spec().block().hasFeedForwardNorm()) {
            norm(blk + "ffn_norm");
        }
        feedForward(blk);
        if (c.spec().block().hasOutputNorms()) {
            norm(blk + "post_attention_norm");
            norm(blk + "post_ffw_norm");
        }
    }

    private void attention(String blk) {
        List<Part> qkv = List.of(new Part("attn_q", c.queryDim()), new Part("attn_k", c.keysDim()), new Part("attn_v", c.valuesDim()));
        if (has(blk + "attn_qkv.weight")) {
            fused(blk, "attn_qkv", qkv, Bias.QKV);
        } else {
            qkv.forEach(part -> linear(blk + part.name, Bias.QKV, part.rows, c.dim()));
        }
        linear(blk + "attn_output", Bias.ATTENTION_OUTPUT, c.dim(), c.attentionDim());
        switch (c.spec().qkNorm()) {
            case NONE -> { }
            case EACH_HEAD -> qkNorm(blk, c.keyDim(), c.keyDim());
            case ALL_HEADS -> qkNorm(blk, c.queryDim(), c.keysDim());
        }
    }

    private void qkNorm(String blk, long querySize, long keySize) {
        require(blk + "attn_q_norm.weight", querySize);
        require(blk + "attn_k_norm.weight", keySize);
    }

    private void feedForward(String blk) {
        boolean gated = c.spec().network().gated();
        if (gated && !has(blk + "ffn_gate.weight") && rows(blk + "ffn_up.weight") == 2L * c.hiddenDim()) {
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
        if (has("rope_freqs.weight")) {
            require("rope_freqs.weight", c.rope().dim() / 2);
        }
        if (has("rope_factors_long.weight") || has("rope_factors_short.weight")) {
            require("rope_factors_long.weight", c.rope().dim() / 2);
            require("rope_factors_short.weight", c.rope().dim() / 2);
        }
    }

    private void norm(String name) {
        require(name + ".weight", c.dim());
        if (c.spec().norm() == Norm.LAYER) {
            require(name + ".bias", c.dim());
        }
    }

    private void linear(String name, Bias bias, long rows, long columns) {
        require(name + ".weight", rows, columns);
        bias(name, bias, rows);
    }

    /** Present if the family needs it, and used if it is present. */
    private void bias(String name, Bias bias, long size) {
        if (needs(bias) || has(name + ".bias")) {
            require(name + ".bias", size);
        }
    }

    /** Matrices that lie one after the other in one tensor, and their biases. */
    private void fused(String blk, String name, List<Part> parts, Bias bias) {
        long rows = parts.stream().mapToLong(Part::rows).reduce(0, Math::addExact);
        cut(blk, ".weight", parts, find(blk + name + ".weight", List.of(rows, (long) c.dim())));
        if (needs(bias) || has(blk + name + ".bias")) {
            cut(blk, ".bias", parts, find(blk + name + ".bias", List.of(rows)));
        }
    }

    private void cut(String blk, String suffix, List<Part> parts, TensorInfo whole) {
        if (whole.shape().size() == 1 && whole.type().blockElements() > 1) {
            throw fault(whole.byteOffset(), whole.name(), "is of type " + whole.type() + ", of which no parts can be taken");
        }
        long from = 0;
        for (Part part : parts) {
            tensors.add(whole.part(blk + part.name + suffix, from, from + part.rows));
            from += part.rows;
        }
    }

    private boolean needs(Bias bias) {
        return c.spec().biases().contains(bias);
    }

    private boolean has(String name) {
        return checkpoint.tensor(name).isPresent();
    }

    /** Rows of a matrix, or 0. */
    private long rows(String name) {
        return checkpoint.tensor(name).map(TensorInfo::rows).orElse(0L);
    }

    private void require(String name, long size) {
        tensors.add(find(name, List.of(size)));
    }

    private void require(String name, long rows, long columns) {
        tensors.add(find(name, List.of(rows, columns)));
    }

    private TensorInfo find(String name, List<Long> shape) {
        TensorInfo tensor = checkpoint.tensor(name).orElseThrow(
                () -> fault(ModelFormatException.NO_OFFSET, name, "the tensor is missing; shape " + shape + " is needed"));
        if (!tensor.shape().equals(shape)) {
            throw fault(tensor.byteOffset(), name, "has shape " + tensor.shape() + ", but the hyperparameters need " + shape);
        }
        if (!tensor.type().isComputable()) {
            throw fault(tensor.byteOffset(), name,
                    "is of type " + tensor.type() + ", for which there are no kernels; there are " + DType.computableNames());
        }
        used.add(name);
        return tensor;
    }

    /** A bias or an expert that the decoder does not know would be left out silently, and the text would be subtly wrong. */
    private void refuseLeftovers() {
        for (TensorInfo tensor : checkpoint.tensors()) {
            if (!used.contains(tensor.name()) && !tensor.name().contains(IGNORED_SUFFIX)) {
                throw fault(tensor.byteOffset(), tensor.name(), "this tensor is not part of the architecture as it is"
                        + " supported; without it the results would be wrong");
            }
        }
    }

    private ModelFormatException fault(long byteOffset, String name, String problem) {
        return new ModelFormatException(checkpoint.name(), byteOffset, name, problem);
    }
}
