package dev.lockstep.loader.internal.keras;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The models of keras-hub that are read: what Keras calls their settings and layers, and what transformers does. Layers go by the names of
 * their classes, the second one of a class with {@code _1} behind it, and so on ({@code keras.saving.saving_lib}).
 */
enum KerasBackbone {
    GPT2(List.of("GPT2Backbone"),
            Map.of("vocabulary_size", "vocab_size", "num_layers", "n_layer", "num_heads", "n_head", "hidden_dim", "n_embd",
                    "intermediate_dim", "n_inner", "max_sequence_length", "n_positions"),
            "transformer_decoder", "h.",
            Map.of("reversible_embedding/vars/0", "wte.weight", "position_embedding/vars/0", "wpe.weight",
                    "layer_normalization/vars/0", "ln_f.weight", "layer_normalization/vars/1", "ln_f.bias"),
            Map.of("_self_attention_layer/query_dense", "attn.q", "_self_attention_layer/key_dense", "attn.k",
                    "_self_attention_layer/value_dense", "attn.v", "_self_attention_layer/output_dense", "attn.c_proj",
                    "_self_attention_layer_norm", "ln_1", "_feedforward_layer_norm", "ln_2",
                    "_feedforward_intermediate_dense", "mlp.c_fc", "_feedforward_output_dense", "mlp.c_proj")),

    LLAMA(List.of("LlamaBackbone", "Llama3Backbone"),
            Map.of("vocabulary_size", "vocab_size", "num_layers", "num_hidden_layers", "num_query_heads", "num_attention_heads",
                    "num_key_value_heads", "num_key_value_heads", "hidden_dim", "hidden_size", "intermediate_dim", "intermediate_size",
                    "layer_norm_epsilon", "rms_norm_eps", "rope_max_wavelength", "rope_theta"),
            "llama_transformer_decoder", "layers.",
            Map.of("reversible_embedding/vars/0", "embed_tokens.weight", "reversible_embedding/vars/1", "lm_head.weight",
                    "llama_layer_norm/vars/0", "norm.weight"),
            Map.of("_self_attention_layer/_query_dense", "self_attn.q_proj", "_self_attention_layer/_key_dense", "self_attn.k_proj",
                    "_self_attention_layer/_value_dense", "self_attn.v_proj", "_self_attention_layer/_output_dense", "self_attn.o_proj",
                    "_self_attention_layernorm", "input_layernorm", "_feedforward_layernorm", "post_attention_layernorm",
                    "_feedforward_gate_dense", "mlp.gate_proj", "_feedforward_intermediate_dense", "mlp.up_proj",
                    "_feedforward_output_dense", "mlp.down_proj"));

    private static final String LAYERS = "layers/";
    private static final String VARIABLES = "/vars/";

    /** What the variables of a layer are, by their numbers. */
    private static final List<String> VARIABLE_NAMES = List.of(".weight", ".bias");

    private final List<String> classNames;
    private final Map<String, String> settings;
    private final String decoderClass;
    private final String layerPrefix;
    private final Map<String, String> outer;
    private final Map<String, String> inner;

    KerasBackbone(List<String> classNames, Map<String, String> settings, String decoderClass, String layerPrefix, Map<String, String> outer,
            Map<String, String> inner) {
        this.classNames = classNames;
        this.settings = settings;
        this.decoderClass = decoderClass;
        this.layerPrefix = layerPrefix;
        this.outer = outer;
        this.inner = inner;
    }

    static Optional<KerasBackbone> of(String className) {
        return Arrays.stream(values()).filter(backbone -> backbone.classNames.contains(className)).findFirst();
    }

    static List<String> supported() {
        return Arrays.stream(values()).flatMap(backbone -> backbone.classNames.stream()).toList();
    }

    /** Names of transformers by those of Keras. */
    Map<String, String> settings() {
        return settings;
    }

    /** What transformers calls a variable; empty for what is no part of the model. */
    Optional<String> tensorName(String path) {
        if (!path.startsWith(LAYERS)) {
            return Optional.empty();
        }
        String inLayers = path.substring(LAYERS.length());
        return Optional.ofNullable(outer.get(inLayers)).or(() -> ofDecoder(inLayers));
    }

    private Optional<String> ofDecoder(String path) {
        int layerEnd = path.indexOf('/');
        int variables = path.lastIndexOf(VARIABLES);
        if (layerEnd < 0 || variables < layerEnd) {
            return Optional.empty();
        }
        Optional<String> layer = layerNumber(path.substring(0, layerEnd));
        String module = inner.get(path.substring(layerEnd + 1, Math.max(layerEnd + 1, variables)));
        int variable = "01".indexOf(path.substring(variables + VARIABLES.length()));
        boolean isKnown = module != null && variable >= 0 && path.length() == variables + VARIABLES.length() + 1;
        return layer.filter(_ -> isKnown).map(number -> layerPrefix + number + '.' + module + VARIABLE_NAMES.get(variable));
    }

    private Optional<String> layerNumber(String layer) {
        if (layer.equals(decoderClass)) {
            return Optional.of("0");
        }
        String number = layer.startsWith(decoderClass + '_') ? layer.substring(decoderClass.length() + 1) : "";
        boolean isNumber = !number.isEmpty() && number.length() < 6 && number.chars().allMatch(c -> c >= '0' && c <= '9') && number.charAt(0) != '0';
        return Optional.of(number).filter(_ -> isNumber);
    }
}
