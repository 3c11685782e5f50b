package dev.lockstep.models.internal;

import static dev.lockstep.loader.LoadLimits.MAX_CONTEXT;
import static dev.lockstep.loader.LoadLimits.MAX_HEADS;
import static dev.lockstep.loader.LoadLimits.MAX_LAYERS;
import static dev.lockstep.loader.LoadLimits.MAX_VOCABULARY;
import static dev.lockstep.loader.LoadLimits.MAX_WIDTH;

import dev.lockstep.loader.Metadata;

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
 * @param hiddenDim width of the feed-forward network
 * @param vocabSize number of tokens
 * @param contextLength positions the model was trained for
 * @param normEpsilon added to the mean square in rmsNorm
 * @param ropeDim values of each head that are rotated, even
 * @param ropeBase base of the rotary frequencies
 * @param ropePositionScale factor on positions: 1, or 1/factor with linear scaling
 * @param multipliers factors along the way
 */
record ModelConfig(DecoderSpec spec, int nLayers, int dim, int nHeads, int nKvHeads, int keyDim, int valueDim,
        int hiddenDim, int vocabSize, int contextLength, float normEpsilon, int ropeDim, float ropeBase,
        float ropePositionScale, Multipliers multipliers) {

    private static final float DEFAULT_ROPE_BASE = 10_000;

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

    /** Reads the hyperparameters of a checkpoint whose vocabulary has {@code vocabSize} tokens. */
    static ModelConfig of(Metadata metadata, int vocabSize) {
        return new Reader(metadata).read(vocabSize);
    }

    /** Refuses an architecture that is not in the table, before anything else is looked at. */
    static void requireKnownArchitecture(Metadata metadata) {
        new Reader(metadata).architecture();
    }

    private record Reader(Metadata metadata, String prefix) {
        Reader(Metadata metadata) {
            this(metadata, metadata.requireText("general.architecture") + ".");
        }

        ModelConfig read(int vocabSize) {
            DecoderSpec spec = architecture().spec();
            refuseWhatIsNotBuilt();
            int dim = metadata.requireInteger(key("embedding_length"), 1, MAX_WIDTH);
            int nHeads = metadata.requireInteger(key("attention.head_count"), 1, MAX_HEADS);
            int nKvHeads = metadata.integer(key("attention.head_count_kv"), 1, MAX_HEADS).orElse(nHeads);
            if (nHeads % nKvHeads != 0) {
                throw metadata.malformed(key("attention.head_count_kv"),
                        nKvHeads + " key/value heads do not divide " + nHeads + " query heads");
            }
            int keyDim = headDim("attention.key_length", dim, nHeads);
            int valueDim = headDim("attention.value_length", dim, nHeads);
            return new ModelConfig(spec,
                    metadata.requireInteger(key("block_count"), 1, MAX_LAYERS),
                    dim, nHeads, nKvHeads, keyDim, valueDim,
                    metadata.requireInteger(key("feed_forward_length"), 1, MAX_WIDTH),
                    vocabSize(vocabSize),
                    metadata.requireInteger(key("context_length"), 1, MAX_CONTEXT),
                    positive("attention.layer_norm_rms_epsilon", metadata.requireNumber(key("attention.layer_norm_rms_epsilon"))),
                    ropeDim(keyDim),
                    positive("rope.freq_base", metadata.number(key("rope.freq_base")).orElse(DEFAULT_ROPE_BASE)),
                    ropePositionScale(), multipliers(spec, keyDim));
        }

        private Multipliers multipliers(DecoderSpec spec, int keyDim) {
            float usual = (float) (1 / Math.sqrt(keyDim));
            return spec.multipliers()
                    ? new Multipliers(factor("embedding_scale", 1), factor("residual_scale", 1), factor("attention.scale", usual),
                            1 / factor("logit_scale", 1))
                    : new Multipliers(1, 1, usual, 1);
        }

        /** Zero means none, as in files that were written before the key had a meaning. */
        private float factor(String name, float usual) {
            float stated = metadata.number(key(name)).orElse(0f);
            return stated == 0 ? usual : positive(name, stated);
        }

        private String key(String name) {
            return prefix + name;
        }

        private Architecture architecture() {
            String name = metadata.requireText("general.architecture");
            return Architecture.of(name).orElseThrow(() -> metadata.malformed("general.architecture",
                    "the architecture \"" + name + "\" is not supported; supported: " + Architecture.names()));
        }

        private void refuseWhatIsNotBuilt() {
            int experts = metadata.integer(key("expert_count"), 0, Integer.MAX_VALUE).orElse(0);
            if (experts > 0) {
                throw metadata.malformed(key("expert_count"), "mixture-of-experts models are not supported");
            }
        }

        private int headDim(String name, int dim, int nHeads) {
            return metadata.integer(key(name), 1, MAX_WIDTH).orElseGet(() -> {
                if (dim % nHeads != 0) {
                    throw metadata.malformed(key("attention.head_count"),
                            nHeads + " heads do not divide a width of " + dim + ", and " + key(name) + " is not given");
                }
                return dim / nHeads;
            });
        }

        private int vocabSize(int tokens) {
            metadata.integer(key("vocab_size"), 1, MAX_VOCABULARY).ifPresent(stated -> {
                if (stated != tokens) {
                    throw metadata.malformed(key("vocab_size"), stated + " is stated, but there are " + tokens + " tokens");
                }
            });
            return tokens;
        }

        private int ropeDim(int keyDim) {
            int ropeDim = metadata.integer(key("rope.dimension_count"), 2, keyDim).orElse(keyDim);
            if (ropeDim % 2 != 0) {
                throw metadata.malformed(key("rope.dimension_count"), ropeDim + " is odd; values are rotated in pairs");
            }
            return ropeDim;
        }

        private float ropePositionScale() {
            // Files from before the types existed have only a factor, under one of two names, and mean linear.
            float factor = metadata.number(key("rope.scaling.factor")).or(() -> metadata.number(key("rope.scale_linear"))).orElse(1f);
            String type = metadata.text(key("rope.scaling.type")).orElse("linear");
            return switch (type) {
                case "none" -> 1;
                case "linear" -> positive("rope.scaling.factor", 1 / positive("rope.scaling.factor", factor));
                default -> throw metadata.malformed(key("rope.scaling.type"),
                        "\"" + type + "\" is not supported; supported: none, linear");
            };
        }

        private float positive(String name, float value) {
            if (!(value > 0 && Float.isFinite(value))) {
                throw metadata.malformed(key(name), value + " must be positive and finite");
            }
            return value;
        }
    }
}
