package dev.lockstep.loader.internal.huggingface;

import dev.lockstep.loader.LoadLimits;
import dev.lockstep.loader.Metadata;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/** The settings of a model under GGUF's names. A value that means something that is not built here is refused, not passed over. */
final class MetadataTranslation {
    private static final List<String> ACTIVATION = List.of("hidden_activation", "hidden_act", "activation_function");

    /** SmolLM 3 does not rotate heads in the last of so many layers. */
    static final int ROTATION_PERIOD = 4;

    /** What the classes of all Gemmas take where the published settings say nothing, which is not what follows from other sizes. */
    private static final int GEMMA_HEAD_DIM = 256;
    private static final double GEMMA_QUERY_SCALAR = 256;

    /** Of GPT-2. */
    private static final long FEED_FORWARD_RATIO = 4;

    private final Family family;
    private final ModelSettings settings;
    private final MetadataBuilder to;
    private List<ConstantTensor> constants = List.of();

    MetadataTranslation(Family family, ModelSettings settings, MetadataBuilder to) {
        this.family = family;
        this.settings = settings;
        this.to = to;
    }

    /** Puts all of them. */
    HeadShape translate() {
        requireSupported();
        family.settings().forEach(this::put);
        requireRange("block_count", LoadLimits.MAX_LAYERS);
        requireRange("embedding_length", LoadLimits.MAX_WIDTH);
        requireRange("attention.head_count", LoadLimits.MAX_HEADS);
        if (!to.has("feed_forward_length")) {
            long width = settings.integer("n_inner", "intermediate_size").orElse(FEED_FORWARD_RATIO * to.integer("embedding_length"));
            to.integer("feed_forward_length", width, settings.origin("n_inner"));
        }
        HeadShape heads = heads();
        if (family.rotation().rotates()) {
            constants = new RopeTranslation(family, settings, to).translate(heads);
        }
        new WindowTranslation(family, settings).translate(to);
        layersWithoutRotation();
        extras();
        return heads;
    }

    /** Tensors that follow from the settings. */
    List<ConstantTensor> constants() {
        return constants;
    }

    private void requireSupported() {
        activation();
        family.demands().forEach((name, values) -> settings.literal(name).ifPresent(value -> requireOneOf(name, value, values)));
        for (String name : family.required()) {
            if (!settings.has(name)) {
                throw settings.fault(name, "is missing, which means another value than " + family.demands().get(name) + "; only that is built");
            }
        }
    }

    private void activation() {
        String name = settings.nameOf(ACTIVATION).orElse(ACTIVATION.getFirst());
        String activation = settings.text(name).orElse(family.activations().getFirst());
        if (!family.activations().contains(activation)) {
            throw settings.fault(name, '"' + activation + "\" is not built for " + family.ggufName() + "; supported is " + family.activations());
        }
        // the first Gemma's settings say "gelu" and mean the form with tanh, whatever is stated
        if (!family.ggufName().equals("gemma")) {
            to.text("hidden_activation", activation, settings.origin(name));
        }
    }

    private void requireOneOf(String name, String value, Set<String> values) {
        if (!values.contains(value)) {
            throw settings.fault(name, value + " is not built for " + family.ggufName() + "; supported is "
                    + (values.isEmpty() ? "null" : String.join(" or ", values)));
        }
    }

    private void put(SettingRule rule) {
        String origin = settings.origin(settings.nameOf(rule.names()).orElse(rule.names().getFirst()));
        switch (rule.kind()) {
            case INTEGER -> to.integer(rule.ggufKey(), settings.integer(rule), origin);
            case NUMBER, SWITCH -> to.number(rule.ggufKey(), settings.number(rule), origin);
        }
    }

    /** What numbers are computed from; the others are looked at by who uses them. */
    private void requireRange(String key, long max) {
        if (to.integer(key) < 1 || to.integer(key) > max) {
            throw settings.fault(settings.nameOf(family.setting(key).names()).orElseThrow(), to.integer(key) + " is outside of 1.." + max);
        }
    }

    private HeadShape heads() {
        long count = to.integer("attention.head_count");
        // null is as many as there are heads in all families
        long usualKvHeads = settings.json().has("num_key_value_heads") ? count : family.keyValueHeads().orElse(count);
        long kvHeads = settings.integer("num_key_value_heads").orElse(usualKvHeads);
        to.integer("attention.head_count_kv", kvHeads, settings.origin("num_key_value_heads"));
        boolean gemma = family.ggufName().startsWith("gemma");
        long usual = gemma ? GEMMA_HEAD_DIM : to.integer("embedding_length") / count;
        long dim = settings.integer("head_dim").orElse(usual);
        if (dim < 1 || dim > LoadLimits.MAX_WIDTH) {
            throw settings.fault("head_dim", dim + " is outside of 1.." + LoadLimits.MAX_WIDTH);
        }
        if (gemma || settings.has("head_dim")) {
            to.integer("attention.key_length", dim, settings.origin("head_dim"));
            to.integer("attention.value_length", dim, settings.origin("head_dim"));
        }
        scale();
        return new HeadShape(count, dim, family.rotation().rotates() ? RopeTranslation.rotated(family, settings, dim) : 0);
    }

    /** The scores of Gemma 2 and 3 are divided by the root of a number, which is not the size of a head in all models. */
    private void scale() {
        if (family.ggufName().equals("gemma2") || family.ggufName().equals("gemma3")) {
            double scalar = settings.number("query_pre_attn_scalar").orElse(GEMMA_QUERY_SCALAR);
            to.number("attention.scale", 1 / Math.sqrt(scalar), settings.origin("query_pre_attn_scalar"));
        }
    }

    /** SmolLM 3 rotates in three of four layers; 1 stands for a layer that does. */
    private void layersWithoutRotation() {
        settings.numbers("no_rope_layers").ifPresent(flags -> {
            boolean usual = IntStream.range(0, flags.size()).allMatch(layer -> (flags.get(layer) == 1) == ((layer + 1) % ROTATION_PERIOD != 0));
            if (!family.ggufName().equals("smollm3") || !usual) {
                throw settings.fault("no_rope_layers", "only every fourth layer without rotation, of smollm3, is built");
            }
        });
        settings.integer("no_rope_layer_interval").filter(interval -> interval != ROTATION_PERIOD).ifPresent(interval -> {
            throw settings.fault("no_rope_layer_interval", interval + " is not built; supported is " + ROTATION_PERIOD);
        });
    }

    private void extras() {
        switch (family.ggufName()) {
            case "gptneox" -> {
                boolean parallel = settings.flag("use_parallel_residual").orElse(true);
                to.flag("use_parallel_residual", parallel, settings.origin("use_parallel_residual"));
            }
            case "bert", "nomic-bert" -> {
                to.flag("attention.causal", false, settings.origin("is_decoder"));
                to.all(Map.of("tokenizer.ggml.token_type_count", new Metadata.IntegerValue(settings.integer("type_vocab_size").orElse(2L))));
            }
            default -> { }
        }
    }
}
