package dev.lockstep.models.internal;

import static dev.lockstep.loader.LoadLimits.MAX_EXPERTS;
import static dev.lockstep.loader.LoadLimits.MAX_EXPERTS_OF_ALL_LAYERS;
import static dev.lockstep.loader.LoadLimits.MAX_WIDTH;

import dev.lockstep.models.internal.DecoderSpec.Experts;
import dev.lockstep.models.internal.DecoderSpec.SharedExpert;
import java.util.Optional;

/**
 * The hyperparameters of a mixture of experts. The width of an expert is {@link ModelConfig#hiddenDim}.
 *
 * @param count experts of a block
 * @param used how many of them a token passes
 * @param normalized true if their weights are made to add up to 1
 * @param scale factor on their weights
 * @param sharedDim width of the network that all tokens pass besides, or 0
 * @param sharedGate true if what that network gives is multiplied by a sigmoid of its own
 */
record ExpertConfig(int count, int used, boolean normalized, float scale, int sharedDim, boolean sharedGate) {
    /** {@code expert_gating_func} of llama.cpp: not said, or softmax over all experts. */
    private static final int GATING_UNSAID = 0;
    private static final int GATING_SOFTMAX = 1;

    /** The experts of a model, if it has any. */
    static Optional<ExpertConfig> of(ArchitectureKeys keys, Experts family, int layers) {
        int count = keys.integer("expert_count", 0, MAX_EXPERTS).orElse(0);
        if (count == 0) {
            if (family.presence() == DecoderSpec.Presence.ALWAYS) {
                throw keys.malformed("expert_count", "is missing or 0; models of this architecture have experts");
            }
            return Optional.empty();
        }
        if (family.presence() == DecoderSpec.Presence.NEVER) {
            throw keys.malformed("expert_count", count + " experts are not supported in this architecture");
        }
        if ((long) count * layers > MAX_EXPERTS_OF_ALL_LAYERS) {
            throw keys.malformed("expert_count", count + " experts in each of " + layers + " layers are more than " + MAX_EXPERTS_OF_ALL_LAYERS);
        }
        refuseWhatIsNotBuilt(keys);
        return Optional.of(new ExpertConfig(count, keys.requireInteger("expert_used_count", 1, count),
                keys.bool("expert_weights_norm").orElse(family.normalized()), keys.positiveOrZero("expert_weights_scale", 1),
                sharedDim(keys, family), family.shared() == SharedExpert.GATED));
    }

    private static void refuseWhatIsNotBuilt(ArchitectureKeys keys) {
        int gating = keys.integer("expert_gating_func", 0, Integer.MAX_VALUE).orElse(GATING_UNSAID);
        if (gating != GATING_UNSAID && gating != GATING_SOFTMAX) {
            throw keys.malformed("expert_gating_func", gating + " is not supported; supported: " + GATING_SOFTMAX + " (softmax)");
        }
        refuseMoreThan(0, "leading_dense_block_count", keys);
        refuseMoreThan(0, "moe_every_n_layers", keys);
        refuseMoreThan(1, "interleave_moe_layer_step", keys);
        refuseMoreThan(1, "expert_group_count", keys);
    }

    private static void refuseMoreThan(int supported, String name, ArchitectureKeys keys) {
        int value = keys.integer(name, 0, Integer.MAX_VALUE).orElse(0);
        if (value > supported) {
            throw keys.malformed(name, value + " is not supported; supported: at most " + supported);
        }
    }

    private static int sharedDim(ArchitectureKeys keys, Experts family) {
        int stated = keys.integer("expert_shared_feed_forward_length", 0, MAX_WIDTH).orElse(0);
        return switch (family.shared()) {
            case NONE -> {
                if (stated > 0) {
                    throw keys.malformed("expert_shared_feed_forward_length", "shared experts are not supported in this architecture");
                }
                yield 0;
            }
            case IF_WIDE -> stated;
            case GATED -> stated > 0 ? stated : keys.requireInteger("feed_forward_length", 1, MAX_WIDTH);
        };
    }

    /** Width of one expert, where metadata does not state it under a name of its own: that of all that a token passes, or of each. */
    int hiddenDim(ArchitectureKeys keys, Experts family) {
        return keys.integer("expert_feed_forward_length", 0, MAX_WIDTH).filter(stated -> stated > 0).orElseGet(() -> {
            int stated = keys.requireInteger("feed_forward_length", 1, MAX_WIDTH);
            return family.widthOfAllUsed() ? Math.max(stated / used, 1) : stated;
        });
    }
}
