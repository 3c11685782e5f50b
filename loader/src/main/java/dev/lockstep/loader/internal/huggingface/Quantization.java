package dev.lockstep.loader.internal.huggingface;

import java.util.List;
import java.util.Optional;

/**
 * What {@code quantization_config} says of stored matrices of 8 bits: values times scales, which are tensors of their own. Activations
 * are not quantized here, whatever it says of them.
 *
 * @param tile rows and columns that share a scale, if neither all values nor rows do
 */
record Quantization(Optional<List<Long>> tile) {
    /** What scales are called, behind the name of the module; they are multiplied with, whatever the first name says. */
    static final List<String> SCALES = List.of("weight_scale_inv", "weight_scale");

    /** Scales of activations. */
    static final List<String> IGNORED = List.of("input_scale", "activation_scale");

    private static final int BITS = 8;

    /** What the settings say, if anything. */
    static Optional<Quantization> of(ModelSettings settings) {
        return settings.object("quantization_config").or(() -> settings.object("compression_config")).map(config -> {
            String method = config.text("quant_method").orElse("");
            return switch (method) {
                case "fp8" -> new Quantization(tile(config));
                case "fbgemm_fp8" -> new Quantization(Optional.empty());
                case "compressed-tensors" -> compressed(config);
                default -> throw config.fault("quant_method", '"' + method
                        + "\" is not supported; supported are fp8, fbgemm_fp8, and compressed-tensors of 8 bits");
            };
        });
    }

    private static Optional<List<Long>> tile(ModelSettings config) {
        return config.numbers("weight_block_size").map(sizes -> {
            if (sizes.size() != 2 || sizes.stream().anyMatch(size -> size < 1 || size != Math.rint(size))) {
                throw config.fault("weight_block_size", "must be two positive whole numbers");
            }
            return sizes.stream().map(Double::longValue).toList();
        });
    }

    private static Quantization compressed(ModelSettings config) {
        ModelSettings groups = config.object("config_groups").orElseThrow(() -> config.missing("config_groups"));
        for (String name : groups.json().names()) {
            ModelSettings weights = groups.object(name).flatMap(group -> group.object("weights"))
                    .orElseThrow(() -> groups.missing(name + ".weights"));
            String strategy = weights.text("strategy").orElse("tensor");
            boolean supported = weights.integer("num_bits").orElse(0L) == BITS && weights.flag("symmetric").orElse(true)
                    && (strategy.equals("tensor") || strategy.equals("channel"));
            if (!supported) {
                throw weights.fault("num_bits", "8 bits, symmetric, with one scale for a tensor or for a channel, are supported");
            }
        }
        return new Quantization(Optional.empty());
    }
}
