package dev.lockstep.loader.internal.keras;

import dev.lockstep.loader.ModelFormatException;
import dev.lockstep.loader.internal.json.StrictJson;
import java.nio.charset.StandardCharsets;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The settings of a backbone, as Keras writes them ({@code class_name} and {@code config}) and as transformers would.
 *
 * @param backbone what it is
 * @param json as transformers would write it; {@code model_type} is the class of Keras
 */
record KerasConfig(KerasBackbone backbone, ObjectNode json) {
    private static final String CLASS = "class_name";

    /** Enough for a brace, a name and the begin of a value, with white space. */
    private static final int START_BYTES = 64;

    /** Keras does not say what a Llama was trained on; this bounds only what may be asked of it, in tokens. */
    private static final int LLAMA_CONTEXT = 131_072;

    /** True if it begins as Keras begins: with the module of the class. */
    static boolean isSettings(byte[] json) {
        String start = new String(json, 0, Math.min(json.length, START_BYTES), StandardCharsets.US_ASCII).replace(" ", "").replace("\n", "");
        return start.startsWith("{\"module\":\"keras");
    }

    /** @param file its name, for messages */
    static KerasConfig parse(byte[] utf8, String file) {
        StrictJson whole = StrictJson.parse(utf8, file, (name, problem, _) ->
                new ModelFormatException(name, ModelFormatException.NO_OFFSET, "", problem));
        String className = whole.text(CLASS);
        KerasBackbone backbone = KerasBackbone.of(className).orElseThrow(() -> new ModelFormatException(file, ModelFormatException.NO_OFFSET,
                CLASS, '"' + className + "\" is not supported; supported are " + String.join(", ", KerasBackbone.supported())));
        JsonNode config = whole.object("config").node();
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("model_type", className);
        backbone.settings().forEach((keras, transformers) -> {
            if (config.has(keras)) {
                json.set(transformers, config.get(keras));
            }
        });
        if (backbone == KerasBackbone.LLAMA) {
            json.put("max_position_embeddings", LLAMA_CONTEXT);
            rotation(config, json, file);
        }
        return new KerasConfig(backbone, json);
    }

    /** Scaling of the slow frequencies as in Llama 3.1. That of all positions is a setting that not every version of keras-hub heeds. */
    private static void rotation(JsonNode config, ObjectNode json, String file) {
        if (isThere(config, "rope_position_scaling_factor") && config.get("rope_position_scaling_factor").asDouble() != 1) {
            throw new ModelFormatException(file, ModelFormatException.NO_OFFSET, "rope_position_scaling_factor",
                    "is not 1; what else it means depends on the version of keras-hub, and is not supported");
        }
        if (isThere(config, "rope_frequency_adjustment_factor")) {
            ObjectNode scaling = json.putObject("rope_scaling").put("rope_type", "llama3");
            copy(config, "rope_frequency_adjustment_factor", scaling, "factor");
            copy(config, "rope_low_freq_factor", scaling, "low_freq_factor");
            copy(config, "rope_high_freq_factor", scaling, "high_freq_factor");
            copy(config, "rope_pretraining_sequence_length", scaling, "original_max_position_embeddings");
        }
    }

    private static void copy(JsonNode config, String keras, ObjectNode to, String transformers) {
        if (isThere(config, keras)) {
            to.set(transformers, config.get(keras));
        }
    }

    private static boolean isThere(JsonNode config, String name) {
        return config.has(name) && !config.get(name).isNull();
    }

    /** The settings as a file. */
    byte[] bytes() {
        return json.toString().getBytes(StandardCharsets.UTF_8);
    }
}
