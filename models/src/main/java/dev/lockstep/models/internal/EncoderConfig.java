package dev.lockstep.models.internal;

import static dev.lockstep.loader.LoadLimits.MAX_HEADS;
import static dev.lockstep.loader.LoadLimits.MAX_LAYERS;
import static dev.lockstep.loader.LoadLimits.MAX_WIDTH;

import dev.lockstep.loader.Metadata;
import dev.lockstep.models.Pooling;
import dev.lockstep.models.internal.DecoderSpec.WindowRope;
import java.util.Optional;

/**
 * The hyperparameters of an encoder, read from metadata and checked against limits and each other.
 *
 * @param spec what its family is like; the network is the one of this model
 * @param nLayers transformer blocks
 * @param dim width of the hidden states, in values
 * @param nHeads heads; divides {@code dim}
 * @param hiddenDim width of the feed-forward network
 * @param vocabSize number of tokens
 * @param contextLength positions there may be
 * @param normEpsilon added to the variance in norms
 * @param rope rotation of queries and keys
 * @param pooling what becomes of the hidden states, if metadata says
 */
record EncoderConfig(EncoderSpec spec, int nLayers, int dim, int nHeads, int hiddenDim, int vocabSize, int contextLength,
        float normEpsilon, RopeConfig rope, Optional<Pooling> pooling) {

    int headDim() {
        return dim / nHeads;
    }

    /** Refuses an architecture that is not in the table, before anything else is looked at. */
    static EncoderArchitecture architecture(Metadata metadata) {
        String name = metadata.requireText("general.architecture");
        return EncoderArchitecture.of(name).orElseThrow(() -> metadata.malformed("general.architecture", "\"" + name + "\" is "
                + (Architecture.of(name).isPresent() ? "a decoder, which gives no embeddings" : "not supported")
                + "; encoders that are supported: " + EncoderArchitecture.names()));
    }

    /** Reads the hyperparameters of a checkpoint whose vocabulary has {@code vocabSize} tokens. */
    static EncoderConfig of(Metadata metadata, int vocabSize) {
        EncoderSpec row = architecture(metadata).spec();
        ArchitectureKeys keys = ArchitectureKeys.of(metadata);
        var spec = new EncoderSpec(row.positions(), ModelConfigReader.network(keys, row.network()), row.biases());
        refuseWhatIsNotBuilt(keys);
        int dim = keys.requireInteger("embedding_length", 1, MAX_WIDTH);
        int nHeads = keys.requireInteger("attention.head_count", 1, MAX_HEADS);
        if (dim % nHeads != 0) {
            throw keys.malformed("attention.head_count", nHeads + " heads do not divide a width of " + dim);
        }
        requireSame("attention.head_count_kv", nHeads, keys);
        requireSame("attention.key_length", dim / nHeads, keys);
        requireSame("attention.value_length", dim / nHeads, keys);
        var rope = new RopeConfigReader(keys, spec.positions(), WindowRope.LIKE_OTHERS);
        return new EncoderConfig(spec, keys.requireInteger("block_count", 1, MAX_LAYERS), dim, nHeads,
                keys.requireInteger("feed_forward_length", 1, MAX_WIDTH), ModelConfigReader.vocabSize(keys, vocabSize),
                rope.contextLength(), keys.requirePositive(DecoderSpec.Norm.LAYER.epsilonKey()), rope.read(dim / nHeads), pooling(keys));
    }

    private static void refuseWhatIsNotBuilt(ArchitectureKeys keys) {
        if (keys.bool("attention.causal").orElse(false)) {
            throw keys.malformed("attention.causal", "encoders whose tokens do not see later ones are not supported");
        }
        requireSame("expert_count", 0, keys);
        requireSame("moe_every_n_layers", 0, keys);
        ModelConfigReader.refuseNumber("attention.max_alibi_bias", keys);
    }

    private static void requireSame(String name, int needed, ArchitectureKeys keys) {
        keys.integer(name, 0, Integer.MAX_VALUE).filter(stated -> stated != needed).ifPresent(stated -> {
            throw keys.malformed(name, stated + " is not supported in this architecture; supported here: " + needed);
        });
    }

    /** The numbers of llama.cpp's {@code llama_pooling_type}. */
    private static Optional<Pooling> pooling(ArchitectureKeys keys) {
        int stated = keys.integer("pooling_type", 0, Integer.MAX_VALUE).orElse(0);
        return switch (stated) {
            case 0 -> Optional.empty();
            case 1 -> Optional.of(Pooling.MEAN);
            case 2 -> Optional.of(Pooling.CLS);
            default -> throw keys.malformed("pooling_type", stated + " is not supported; supported: 0 (not said), 1 (mean), 2 (first token)");
        };
    }
}
