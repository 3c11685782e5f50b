package dev.lockstep.models.internal;

import dev.lockstep.loader.ModelFormatException;
import dev.lockstep.loader.TensorInfo;
import dev.lockstep.loader.VerifiedCheckpoint;
import dev.lockstep.quant.DType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Which tensors a decoder needs, checked against those a checkpoint has: present, of the right shape, of a type with kernels,
 * and none left over that would have changed the result.
 */
final class TensorPlan {
    /** Tables that old converters stored; the decoder computes them itself. */
    private static final String IGNORED_SUFFIX = ".attn_rot_embd";

    private final VerifiedCheckpoint checkpoint;
    private final List<TensorInfo> tensors = new ArrayList<>();

    private TensorPlan(VerifiedCheckpoint checkpoint) {
        this.checkpoint = checkpoint;
    }

    /** The tensors that {@code config} needs from {@code checkpoint}. */
    static List<TensorInfo> of(VerifiedCheckpoint checkpoint, ModelConfig config) {
        return new TensorPlan(checkpoint).collect(config);
    }

    /** Bytes that the vectors among the planned tensors take once they are loaded. */
    static long vectorBytes(List<TensorInfo> tensors) {
        return tensors.stream().filter(tensor -> tensor.shape().size() == 1)
                .mapToLong(tensor -> Math.multiplyExact(tensor.elements(), (long) Float.BYTES))
                .reduce(0, Math::addExact);
    }

    private List<TensorInfo> collect(ModelConfig c) {
        matrix("token_embd.weight", c.vocabSize(), c.dim());
        vector("output_norm.weight", c.dim());
        if (checkpoint.tensor("output.weight").isPresent()) {
            matrix("output.weight", c.vocabSize(), c.dim());
        }
        if (checkpoint.tensor("rope_freqs.weight").isPresent()) {
            vector("rope_freqs.weight", c.ropeDim() / 2);
        }
        for (int layer = 0; layer < c.nLayers(); layer++) {
            String blk = "blk." + layer + ".";
            vector(blk + c.spec().normPlace().attentionTensor() + ".weight", c.dim());
            matrix(blk + "attn_q.weight", c.queryDim(), c.dim());
            matrix(blk + "attn_k.weight", c.keysDim(), c.dim());
            matrix(blk + "attn_v.weight", c.valuesDim(), c.dim());
            matrix(blk + "attn_output.weight", c.dim(), c.attentionDim());
            attentionVectors(blk, c);
            vector(blk + c.spec().normPlace().feedForwardTensor() + ".weight", c.dim());
            matrix(blk + "ffn_gate.weight", c.hiddenDim(), c.dim());
            matrix(blk + "ffn_up.weight", c.hiddenDim(), c.dim());
            matrix(blk + "ffn_down.weight", c.dim(), c.hiddenDim());
        }
        refuseLeftovers();
        return List.copyOf(tensors);
    }

    private void attentionVectors(String blk, ModelConfig c) {
        if (c.spec().qkvBias()) {
            vector(blk + "attn_q.bias", c.queryDim());
            vector(blk + "attn_k.bias", c.keysDim());
            vector(blk + "attn_v.bias", c.valuesDim());
        }
        switch (c.spec().qkNorm()) {
            case NONE -> { }
            case EACH_HEAD -> {
                vector(blk + "attn_q_norm.weight", c.keyDim());
                vector(blk + "attn_k_norm.weight", c.keyDim());
            }
            case ALL_HEADS -> {
                vector(blk + "attn_q_norm.weight", c.queryDim());
                vector(blk + "attn_k_norm.weight", c.keysDim());
            }
        }
    }

    private void vector(String name, long size) {
        require(name, List.of(size));
    }

    private void matrix(String name, long rows, long columns) {
        require(name, List.of(rows, columns));
    }

    private void require(String name, List<Long> shape) {
        Optional<TensorInfo> found = checkpoint.tensor(name);
        if (found.isEmpty()) {
            throw fault(ModelFormatException.NO_OFFSET, name, "the tensor is missing; shape " + shape + " is needed");
        }
        TensorInfo tensor = found.get();
        if (!tensor.shape().equals(shape)) {
            throw fault(tensor.byteOffset(), name, "has shape " + tensor.shape() + ", but the hyperparameters need " + shape);
        }
        if (!tensor.type().isComputable()) {
            throw fault(tensor.byteOffset(), name,
                    "is of type " + tensor.type() + ", for which there are no kernels; there are " + DType.computableNames());
        }
        tensors.add(tensor);
    }

    /** A bias or an expert that the decoder does not know would be left out silently, and the text would be subtly wrong. */
    private void refuseLeftovers() {
        Set<String> used = new HashSet<>();
        tensors.forEach(tensor -> used.add(tensor.name()));
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
