package dev.lockstep.models.internal;

import dev.lockstep.kernel.ActivationFunction;
import dev.lockstep.kernel.Rotation;
import java.util.Set;

/**
 * What distinguishes one family of decoders from another, as data for the one {@link Decoder}. Common to all: causal grouped-query
 * attention and a feed-forward network, each added to the residual stream.
 *
 * @param block how the two sublayers of a block and their norms are put together
 * @param norm which norm that is
 * @param qkNorm which norm queries and keys have before they are rotated
 * @param positions how a token knows where it is
 * @param windows which layers see only the latest positions
 * @param softCaps bounds of scores and logits, where metadata does not give others
 * @param network the feed-forward network, or one expert
 * @param experts whether there are several such networks, of which a token passes some
 * @param multipliers factors along the way
 * @param biases those that a checkpoint must have; others are used if it has them
 */
record DecoderSpec(Block block, Norm norm, QkNorm qkNorm, Positions positions, Windows windows, SoftCaps softCaps, Network network,
        Experts experts, Multipliers multipliers, Set<Bias> biases) {

    /** How x becomes the next x, with attention A, feed-forward network F, and norms n of either. */
    enum Block {
        /** y = x + A(n(x)), then y + F(n(y)) (Xiong et al. 2020). */
        PRE_NORM,
        /** y = x + n(A(x)), then y + n(F(y)) (OLMo 2, 2024). */
        POST_NORM,
        /** y = x + n(A(n(x))), then y + n(F(n(y))) (Gemma 2, 2024). */
        SANDWICH,
        /** x + A(n(x)) + F(n(x)), with one norm (Wang and Komatsuzaki 2021). */
        PARALLEL,
        /** x + A(n(x)) + F(m(x)), with a norm for each (Black et al. 2022). */
        PARALLEL_NORMS;

        boolean isParallel() {
            return this == PARALLEL || this == PARALLEL_NORMS;
        }

        /** True if attention reads normalized values. */
        boolean hasInputNorm() {
            return this != POST_NORM;
        }

        /** True if the feed-forward network has an input norm of its own. */
        boolean hasFeedForwardNorm() {
            return this != POST_NORM && this != PARALLEL;
        }

        /** True if what a sublayer gives is normalized before it is added. */
        boolean hasOutputNorms() {
            return this == POST_NORM || this == SANDWICH;
        }
    }

    /** A norm of the residual stream, with weights. */
    enum Norm {
        /** Zhang and Sennrich 2019. */
        RMS("attention.layer_norm_rms_epsilon"),
        /** Ba et al. 2016. */
        LAYER("attention.layer_norm_epsilon"),
        /** The same without biases (Cohere, 2024). */
        LAYER_WITHOUT_BIAS("attention.layer_norm_epsilon");

        private final String epsilonKey;

        Norm(String epsilonKey) {
            this.epsilonKey = epsilonKey;
        }

        String epsilonKey() {
            return epsilonKey;
        }
    }

    /** An RMS norm of queries and keys, with weights (Dehghani et al. 2023). */
    enum QkNorm { NONE, EACH_HEAD, ALL_HEADS }

    /**
     * How a token knows where it is.
     *
     * @param pairing which values of a head are rotated together
     * @param rotated the layers that rotate queries and keys
     * @param learned true if a learned vector for each position is added to the embedding (Radford et al. 2019)
     */
    record Positions(Rotation.Pairing pairing, RotatedLayers rotated, boolean learned) { }

    /** The layers with rotary position embeddings (Su et al. 2021). */
    enum RotatedLayers {
        ALL,
        /** All of them, or none if {@code rope.scaling.finetuned} is false (Granite in llama.cpp). */
        ALL_IF_TUNED,
        NONE,
        /** Not layers 3, 7, 11, … (Yang et al. 2025, "RoPE to NoPE and back again"). */
        ALL_BUT_EVERY_FOURTH,
        /** Those with a window only (Cohere, 2024). */
        WINDOWED
    }

    /**
     * Layers with a window (Beltagy et al. 2020), where metadata does not list them: {@code period} − 1 in a row, then one without;
     * every layer if {@code period} is 0. If metadata states no window and none is usual, no layer has one.
     *
     * @param period layers until the pattern begins again, or 0
     * @param usual positions that such a layer sees, its own included; 0 for all
     * @param rope rotary frequencies of layers with a window
     */
    record Windows(int period, int usual, WindowRope rope) { }

    /** What is scaled of the rotary frequencies of layers with a window. */
    enum WindowRope {
        /** They are like those of the other layers. */
        LIKE_OTHERS,
        /** They are not scaled: such a layer never looks further than in training (OLMo 3, 2025). */
        UNSCALED,
        /** Not scaled, and with a base of 10000 where metadata gives no other (Gemma 3, 2025). */
        UNSCALED_BASE_10000
    }

    /**
     * Bounds c of values x, which become c · tanh(x / c) (Gemma 2, 2024); 0 for none.
     *
     * @param scores products of queries and keys
     * @param logits what the decoder gives
     */
    record SoftCaps(float scores, float logits) {
        static final SoftCaps NONE = new SoftCaps(0, 0);
    }

    /**
     * The feed-forward network.
     *
     * @param function its non-linear function
     * @param gated true for down · (f(gate · x) ⊙ (up · x)) (Shazeer 2020), false for down · f(up · x) (Vaswani et al. 2017)
     */
    record Network(ActivationFunction function, boolean gated) { }

    /**
     * A mixture of experts (Shazeer et al. 2017): a router weighs the networks of a block for each token, by a softmax over all of
     * them, and the token passes those that weigh the most.
     *
     * @param presence which models of the family have experts
     * @param normalized true if the weights of those that a token passes add up to 1, where metadata does not say
     * @param shared whether all tokens pass one more network
     * @param widthOfAllUsed true if {@code feed_forward_length}, where no width of an expert is stated, is that of all that a token passes
     */
    record Experts(Presence presence, boolean normalized, SharedExpert shared, boolean widthOfAllUsed) {
        static final Experts NONE = new Experts(Presence.NEVER, false, SharedExpert.NONE, false);
    }

    /** Which models of a family have experts. */
    enum Presence { NEVER, IF_COUNTED, ALWAYS }

    /** A network that all tokens pass besides the experts of their own. */
    enum SharedExpert {
        NONE,
        /** If metadata states its width. */
        IF_WIDE,
        /** Always; what it gives is multiplied by a sigmoid (Qwen 2, 2024). */
        GATED
    }

    /**
     * Factors along the way that are not 1 by default.
     *
     * @param embeddingByWidth true if embeddings are multiplied by sqrt(dim) (Vaswani et al. 2017)
     * @param scoresByWidthLayers models of so many layers multiply scores by 1/sqrt(dim / nHeads) instead of 1/sqrt(keyDim), which no
     *     metadata tells (Gemma 2 and 3 of 27 billion parameters); 0 if none does
     * @param logits what {@code logit_scale} is
     */
    record Multipliers(boolean embeddingByWidth, int scoresByWidthLayers, LogitScale logits) { }

    /** What the number under {@code logit_scale} is. */
    enum LogitScale { NONE, DIVISOR, FACTOR }

    /** Vectors that are added to what matrices give. */
    enum Bias { QKV, ATTENTION_OUTPUT, FEED_FORWARD, LOGITS }

    /** The same with sublayers one after the other. */
    DecoderSpec sequential() {
        return new DecoderSpec(Block.PRE_NORM, norm, qkNorm, positions, windows, softCaps, network, experts, multipliers, biases);
    }

    /** The same with another feed-forward network. */
    DecoderSpec with(Network otherNetwork) {
        return new DecoderSpec(block, norm, qkNorm, positions, windows, softCaps, otherNetwork, experts, multipliers, biases);
    }

    /** The same without rotation. */
    DecoderSpec unrotated() {
        var unrotated = new Positions(positions.pairing, RotatedLayers.NONE, positions.learned);
        return new DecoderSpec(block, norm, qkNorm, unrotated, windows, softCaps, network, experts, multipliers, biases);
    }

    /** True if the layer rotates its queries and keys. */
    boolean rotates(int layer, boolean windowed) {
        return switch (positions.rotated) {
            case ALL, ALL_IF_TUNED -> true;
            case NONE -> false;
            case ALL_BUT_EVERY_FOURTH -> (layer + 1) % 4 != 0;
            case WINDOWED -> windowed;
        };
    }
}
