package dev.lockstep.loader.internal.huggingface;

import dev.lockstep.loader.LoadLimits;
import dev.lockstep.loader.internal.huggingface.Family.Windows;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;

/** The settings of a model under GGUF's names. A value that means something that is not built here is refused, not passed over. */
final class MetadataTranslation {
    private static final List<String> ACTIVATION = List.of("hidden_activation", "hidden_act", "activation_function");

    /** Gemma 3's own, of which the published settings say nothing. */
    private static final int GEMMA3_KV_HEADS = 4;
    private static final int GEMMA_HEAD_DIM = 256;

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
        if (!to.has("feed_forward_length")) {
            long width = settings.integer("n_inner", "intermediate_size").orElseGet(() -> Math.multiplyExact(4L, to.integer("embedding_length")));
            to.integer("feed_forward_length", width, settings.origin("n_inner"));
        }
        HeadShape heads = heads();
        if (family.rotation().rotates()) {
            constants = new RopeTranslation(family, settings, to).translate(heads);
        }
        windows();
        layersWithoutRotation();
        extras();
        return heads;
    }

    /** Tensors that follow from the settings. */
    List<ConstantTensor> constants() {
        return constants;
    }

    private void requireSupported() {
        settings.nameOf(ACTIVATION).ifPresent(name -> {
            String activation = settings.text(name).orElseThrow();
            if (!family.activations().contains(activation)) {
                throw settings.fault(name, '"' + activation + "\" is not built for " + family.ggufName() + "; supported is " + family.activations());
            }
        });
        family.demands().forEach((name, values) -> settings.literal(name).ifPresent(value -> requireOneOf(name, value, values)));
        for (String name : family.required()) {
            if (!settings.has(name)) {
                throw settings.fault(name, "is missing, which means another value than " + family.demands().get(name) + "; only that is built");
            }
        }
    }

    private void requireOneOf(String name, String value, Set<String> values) {
        if (!values.contains(value)) {
            throw settings.fault(name, value + " is not built for " + family.ggufName() + "; supported is "
                    + (values.isEmpty() ? "null" : String.join(" or ", values)));
        }
    }

    private void put(SettingRule rule) {
        String[] names = rule.names().toArray(String[]::new);
        String name = settings.nameOf(rule.names()).orElse(names[0]);
        if (!settings.has(name) && settings.json().has(name) && rule.otherwise().isPresent()) {
            throw settings.fault(name, "is null; a number is supported");
        }
        String origin = settings.origin(name);
        switch (rule.kind()) {
            case INTEGER -> to.integer(rule.ggufKey(), settings.integer(names)
                    .or(() -> rule.otherwise().map(Number::longValue)).orElseThrow(() -> settings.missing(name)), origin);
            case NUMBER -> to.number(rule.ggufKey(), settings.number(names)
                    .or(() -> rule.otherwise().map(Number::doubleValue)).orElseThrow(() -> settings.missing(name)), origin);
        }
    }

    private HeadShape heads() {
        long count = to.integer("attention.head_count");
        if (count < 1 || count > LoadLimits.MAX_HEADS) {
            throw settings.fault("num_attention_heads", count + " is outside of 1.." + LoadLimits.MAX_HEADS);
        }
        long kvHeads = settings.integer("num_key_value_heads").orElse(family.ggufName().equals("gemma3") ? Math.min(count, GEMMA3_KV_HEADS) : count);
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
        requireUsualScale(dim);
        return new HeadShape(count, dim, family.rotation().rotates() ? RopeTranslation.rotated(family, settings, dim) : 0);
    }

    /** Gemma's scores are divided by the root of this number, which is the size of a head in all but the largest models. */
    private void requireUsualScale(long headDim) {
        settings.number("query_pre_attn_scalar").filter(scalar -> scalar != headDim).ifPresent(scalar ->
                to.number("attention.scale", 1 / Math.sqrt(scalar), settings.origin("query_pre_attn_scalar")));
    }

    private void windows() {
        Windows windows = family.windows();
        settings.texts("layer_types").ifPresent(this::requirePeriod);
        settings.integer("sliding_window_pattern", "_sliding_window_pattern").filter(period -> windows.possible() && period != windows.period()).ifPresent(period -> {
            throw settings.fault("sliding_window_pattern", period + " is not built for " + family.ggufName() + "; supported is " + windows.period());
        });
        long window = settings.integer("sliding_window").orElse(0L);
        if (windows.possible() && window > 0 && window < to.integer("context_length")) {
            to.integer("attention.sliding_window", window, settings.origin("sliding_window"));
        }
    }

    private void requirePeriod(List<String> layerTypes) {
        for (int layer = 0; layer < layerTypes.size(); layer++) {
            int period = family.windows().period();
            boolean full = period != 0 && (layer + 1) % period == 0;
            String expected = full ? "full_attention" : "sliding_attention";
            boolean anyway = period == 0 && layerTypes.get(layer).equals("full_attention") && !settings.has("sliding_window");
            if (!layerTypes.get(layer).equals(expected) && !anyway) {
                throw settings.fault("layer_types", "layer " + layer + " is of type \"" + layerTypes.get(layer) + "\"; for " + family.ggufName()
                        + ", \"" + expected + "\" is supported there");
            }
        }
    }

    /** SmolLM 3 rotates in three of four layers; 1 stands for a layer that does. */
    private void layersWithoutRotation() {
        settings.numbers("no_rope_layers").ifPresent(flags -> {
            boolean usual = LongStream.range(0, flags.size()).allMatch(layer -> (flags.get((int) layer) == 1) == ((layer + 1) % 4 != 0));
            if (!family.ggufName().equals("smollm3") || !usual) {
                throw settings.fault("no_rope_layers", "only every fourth layer without rotation, of smollm3, is built");
            }
        });
        settings.integer("no_rope_layer_interval").filter(interval -> interval != 4).ifPresent(interval -> {
            throw settings.fault("no_rope_layer_interval", interval + " is not built; supported is 4");
        });
    }

    private void extras() {
        switch (family.ggufName()) {
            case "gptneox" -> to.flag("use_parallel_residual", settings.flag("use_parallel_residual").orElse(true), settings.origin("use_parallel_residual"));
            case "bert", "nomic-bert" -> to.flag("attention.causal", false, settings.origin("is_decoder"));
            default -> { }
        }
    }
}
