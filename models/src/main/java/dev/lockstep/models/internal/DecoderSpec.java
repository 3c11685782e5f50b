package dev.lockstep.models.internal;

import dev.lockstep.kernel.Rotation;

/**
 * What distinguishes one family of decoders from another, as data for the one {@link Decoder}. Common to all: grouped-query attention,
 * RMS norm, and a gated SiLU feed-forward network.
 *
 * @param ropePairing which values of a head are rotated together
 * @param normPlace where a block's norms are
 * @param qkNorm which norm queries and keys have before they are rotated
 * @param qkvBias true if queries, keys and values have biases
 * @param ropeSkip every so manieth layer has no rotation; 0 for none (Yang et al. 2025, "RoPE to NoPE and back again")
 * @param multipliers true if metadata gives factors for embedding, residual connections, scores and logits (Granite, 2024)
 */
record DecoderSpec(Rotation.Pairing ropePairing, NormPlace normPlace, QkNorm qkNorm, boolean qkvBias, int ropeSkip, boolean multipliers) {
    /** Where the norm of a sublayer is, and what the tensors of a block's two norms are called. */
    enum NormPlace {
        /** Of its input (Xiong et al. 2020). */
        BEFORE("attn_norm", "ffn_norm"),
        /** Of its output, before it joins the residual stream (OLMo 2, 2024). */
        AFTER("post_attention_norm", "post_ffw_norm");

        private final String attention;
        private final String feedForward;

        NormPlace(String attention, String feedForward) {
            this.attention = attention;
            this.feedForward = feedForward;
        }

        String attentionTensor() {
            return attention;
        }

        String feedForwardTensor() {
            return feedForward;
        }
    }

    /** A norm of queries and keys, with weights (Dehghani et al. 2023). */
    enum QkNorm { NONE, EACH_HEAD, ALL_HEADS }

    /** Touvron et al. 2023. The others are told by what they do differently. */
    static DecoderSpec llama() {
        return new DecoderSpec(Rotation.Pairing.ADJACENT, NormPlace.BEFORE, QkNorm.NONE, false, 0, false);
    }

    DecoderSpec withRopePairing(Rotation.Pairing ropePairing) {
        return new DecoderSpec(ropePairing, normPlace, qkNorm, qkvBias, ropeSkip, multipliers);
    }

    DecoderSpec withNormPlace(NormPlace normPlace) {
        return new DecoderSpec(ropePairing, normPlace, qkNorm, qkvBias, ropeSkip, multipliers);
    }

    DecoderSpec withQkNorm(QkNorm qkNorm) {
        return new DecoderSpec(ropePairing, normPlace, qkNorm, qkvBias, ropeSkip, multipliers);
    }

    DecoderSpec withQkvBias() {
        return new DecoderSpec(ropePairing, normPlace, qkNorm, true, ropeSkip, multipliers);
    }

    DecoderSpec withRopeSkip(int ropeSkip) {
        return new DecoderSpec(ropePairing, normPlace, qkNorm, qkvBias, ropeSkip, multipliers);
    }

    DecoderSpec withMultipliers() {
        return new DecoderSpec(ropePairing, normPlace, qkNorm, qkvBias, ropeSkip, true);
    }

    /** True if a layer rotates its queries and keys. */
    boolean rotates(int layer) {
        return ropeSkip == 0 || (layer + 1) % ropeSkip != 0;
    }
}
