package dev.lockstep.models.internal;

import dev.lockstep.loader.Metadata;
import java.util.Optional;

/**
 * The hyperparameters of a decoder, read from metadata and checked against limits and each other.
 *
 * @param spec what its family does differently
 * @param nLayers transformer blocks
 * @param dim width of the residual stream, in values
 * @param nHeads query heads
 * @param nKvHeads key/value heads; divides {@code nHeads}
 * @param keyDim values of one query or key head
 * @param valueDim values of one value head
 * @param hiddenDim width of the feed-forward network, or of one expert
 * @param experts experts, if there are several networks in a block
 * @param vocabSize number of tokens
 * @param trainedContext positions the model was trained for
 * @param contextLength positions there may be: more than that if rotary frequencies are scaled
 * @param normEpsilon added to the mean square, or variance, in norms
 * @param rope rotation in layers that see all positions
 * @param windowRope rotation in layers with a window
 * @param windows which layers those are
 * @param softCaps bounds of scores and logits
 * @param multipliers factors along the way
 */
record ModelConfig(DecoderSpec spec, int nLayers, int dim, int nHeads, int nKvHeads, int keyDim, int valueDim,
        int hiddenDim, Optional<ExpertConfig> experts, int vocabSize, int trainedContext, int contextLength, float normEpsilon, RopeConfig rope, RopeConfig windowRope,
        LayerWindows windows, DecoderSpec.SoftCaps softCaps, Multipliers multipliers) {

    /**
     * Factors along the way; 1 where a family has none.
     *
     * @param embedding on what the embedding gives
     * @param residual on what a sublayer gives, before it joins the residual stream
     * @param scores on the products of queries and keys; usually 1/sqrt(keyDim)
     * @param logits on the logits
     */
    record Multipliers(float embedding, float residual, float scores, float logits) { }

    /** Query width: all heads side by side. */
    int queryDim() {
        return nHeads * keyDim;
    }

    /** Width of the keys of one position, all heads side by side. */
    int keysDim() {
        return nKvHeads * keyDim;
    }

    /** Width of the values of one position, all heads side by side. */
    int valuesDim() {
        return nKvHeads * valueDim;
    }

    /** Width of the attention's output before it is projected back. */
    int attentionDim() {
        return nHeads * valueDim;
    }

    /** True if a layer rotates its queries and keys. */
    boolean rotates(int layer) {
        return spec.rotates(layer, windows.isWindowed(layer));
    }

    /** Reads the hyperparameters of a checkpoint whose vocabulary has {@code vocabSize} tokens. */
    static ModelConfig of(Metadata metadata, int vocabSize) {
        return new ModelConfigReader(metadata).read(vocabSize);
    }

    /** Refuses an architecture that is not in the table, before anything else is looked at. */
    static void requireKnownArchitecture(Metadata metadata) {
        ModelConfigReader.architecture(metadata);
    }
}
