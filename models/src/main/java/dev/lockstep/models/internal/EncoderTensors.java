package dev.lockstep.models.internal;

import dev.lockstep.loader.TensorInfo;
import dev.lockstep.loader.VerifiedCheckpoint;
import java.util.List;

/** Which tensors an encoder needs, checked against those a checkpoint has. */
final class EncoderTensors {
    private EncoderTensors() {
    }

    /** The tensors that {@code c} needs from {@code checkpoint}. */
    static List<TensorInfo> of(VerifiedCheckpoint checkpoint, EncoderConfig c) {
        var tensors = new PlannedTensors(checkpoint);
        long dim = c.dim();
        tensors.require("token_embd.weight", (long) c.vocabSize(), dim);
        if (c.spec().positions().learned()) {
            tensors.require("position_embd.weight", (long) c.contextLength(), dim);
        }
        if (tensors.has("token_types.weight")) {
            // as many as there are: only the first is used
            tensors.require("token_types.weight", tensors.shape("token_types.weight").orElseThrow().getFirst(), dim);
        }
        named(tensors, "", c).norm("token_embd_norm", true);
        for (int layer = 0; layer < c.nLayers(); layer++) {
            LayerTensors block = named(tensors, "blk." + layer + ".", c);
            block.qkv(dim, dim, dim);
            block.attentionOutput(dim);
            block.norm("attn_output_norm", true);
            block.feedForward(c.spec().network(), c.hiddenDim());
            block.norm("layer_output_norm", true);
        }
        return tensors.withoutLeftovers();
    }

    private static LayerTensors named(PlannedTensors tensors, String prefix, EncoderConfig c) {
        return new LayerTensors(tensors, prefix, c.dim(), c.spec().biases());
    }
}
