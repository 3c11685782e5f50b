package dev.lockstep.models.internal;

import static dev.lockstep.loader.LoadLimits.MAX_CONTEXT;

import dev.lockstep.models.internal.DecoderSpec.Positions;
import dev.lockstep.models.internal.DecoderSpec.RotatedLayers;
import dev.lockstep.models.internal.DecoderSpec.WindowRope;
import dev.lockstep.models.internal.RopeScaling.Linear;
import dev.lockstep.models.internal.RopeScaling.Yarn;

/** Reads {@link RopeConfig} from metadata, and what it means for the length of a context. Keys and defaults are those of llama.cpp. */
final class RopeConfigReader {
    private static final float DEFAULT_BASE = 10_000;
    private static final String SCALING = "rope.scaling.";
    private static final String ORIGINAL_CONTEXT = SCALING + "original_context_length";

    private final ArchitectureKeys keys;
    private final Positions positions;
    private final WindowRope windowRope;
    private final int statedContext;
    private final RopeScaling scaling;

    RopeConfigReader(ArchitectureKeys keys, Positions positions, WindowRope windowRope) {
        this.keys = keys;
        this.positions = positions;
        this.windowRope = windowRope;
        this.statedContext = keys.requireInteger("context_length", 1, MAX_CONTEXT);
        this.scaling = scaling();
    }

    /** Positions the model was trained for, before any scaling. */
    int trainedContext() {
        return keys.integer(ORIGINAL_CONTEXT, 1, MAX_CONTEXT).orElse(statedContext);
    }

    /**
     * Positions there may be: as many as the file states, or as many as its scaling makes of the original ones. A length beside linear
     * scaling is stretched already (Gemma 3, deepseek-coder) unless the original one is stated, too.
     */
    int contextLength() {
        double factor = switch (scaling) {
            case Yarn yarn -> yarn.factor();
            case Linear linear -> keys.integer(ORIGINAL_CONTEXT, 1, MAX_CONTEXT).isPresent() ? linear.factor() : 1;
        };
        boolean stretched = factor > 1 && positions.rotated() != RotatedLayers.NONE;
        return stretched ? Math.max(statedContext, (int) Math.min(MAX_CONTEXT, trainedContext() * factor)) : statedContext;
    }

    /** The rotation of layers that see all positions. */
    RopeConfig read(int keyDim) {
        if (positions.rotated() == RotatedLayers.NONE) {
            return RopeConfig.NONE;
        }
        int dim = keys.integer("rope.dimension_count", 2, keyDim).orElse(keyDim);
        if (dim % 2 != 0) {
            throw keys.malformed("rope.dimension_count", dim + " is odd; values are rotated in pairs");
        }
        return new RopeConfig(dim, keys.positive("rope.freq_base", DEFAULT_BASE), scaling, keys.positiveOrZero(SCALING + "attn_factor", 1));
    }

    /** The rotation of layers with a window, in a model whose other layers rotate like {@code full}. */
    RopeConfig ofWindows(RopeConfig full) {
        return switch (windowRope) {
            case LIKE_OTHERS -> full.withBase(keys.positive("rope.freq_base_swa", (float) full.base()));
            case UNSCALED -> full.unscaled().withBase(keys.positive("rope.freq_base_swa", (float) full.base()));
            case UNSCALED_BASE_10000 -> full.unscaled().withBase(keys.positive("rope.freq_base_swa", DEFAULT_BASE));
        };
    }

    private RopeScaling scaling() {
        String type = keys.text(SCALING + "type").orElse("linear");
        return switch (type) {
            case "none" -> Linear.NONE;
            // the factors of longrope are tensors
            case "linear", "longrope" -> new Linear(factor());
            case "yarn" -> yarn();
            default -> throw keys.malformed(SCALING + "type",
                    "\"" + type + "\" is not supported; supported: none, linear, yarn, longrope");
        };
    }

    /** Files from before there were types have only a factor, under one of two names, and mean linear. */
    private double factor() {
        return keys.positiveOrZero(SCALING + "factor", keys.positiveOrZero("rope.scale_linear", 1));
    }

    private Yarn yarn() {
        refuseOther(SCALING + "yarn_log_multiplier", 0);
        refuseOther(SCALING + "yarn_ext_factor", 1);
        refuseOther(SCALING + "yarn_attn_factor", 1);
        return new Yarn(factor(), trainedContext(), keys.positive(SCALING + "yarn_beta_fast", 32), keys.positive(SCALING + "yarn_beta_slow", 1));
    }

    private void refuseOther(String name, float supported) {
        float value = keys.number(name).orElse(supported);
        if (value != supported) {
            throw keys.malformed(name, value + " is not supported; supported: " + supported);
        }
    }
}
