package dev.lockstep.loader.internal.huggingface;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How positions are rotated (Su et al. 2021) and how that is stretched for longer contexts, under GGUF's names. Settings are read as of
 * transformers 4 ({@code rope_theta}, {@code rope_scaling}) and 5 ({@code rope_parameters}).
 */
final class RopeTranslation {
    private final Family family;
    private final ModelSettings settings;
    private final MetadataBuilder to;
    private final List<ConstantTensor> constants = new ArrayList<>();

    RopeTranslation(Family family, ModelSettings settings, MetadataBuilder to) {
        this.family = family;
        this.settings = settings;
        this.to = to;
    }

    /** How many values of a head are rotated. */
    static long rotated(Family family, ModelSettings settings, long headDim) {
        double share = settings.number("partial_rotary_factor", "rotary_pct", "rotary_emb_fraction")
                .or(() -> parameters(settings).flatMap(rope -> rope.number("partial_rotary_factor"))).orElse(family.rotation().share());
        long rotated = (long) (headDim * share);
        if (rotated < 2 || rotated > headDim || rotated % 2 != 0) {
            throw settings.fault("partial_rotary_factor", "rotates " + rotated + " of " + headDim
                    + " values of a head; an even number of them is supported");
        }
        return rotated;
    }

    /** Of the layers that see everything, where some do not. */
    private static Optional<ModelSettings> parameters(ModelSettings settings) {
        return settings.object("rope_parameters").map(rope -> rope.object("full_attention").orElse(rope));
    }

    /** Puts the settings, and gives the tensors that follow from them. */
    List<ConstantTensor> translate(HeadShape heads) {
        Optional<ModelSettings> parameters = parameters(settings);
        Optional<ModelSettings> scaling = settings.object("rope_scaling");
        if (parameters.isPresent() && scaling.isPresent() && !settings.literal("rope_parameters").equals(settings.literal("rope_scaling"))) {
            throw settings.fault("rope_scaling", "differs from rope_parameters, which is the new name of the same; remove the one that is not meant");
        }
        to.integer("rope.dimension_count", heads.rotated(), settings.origin("head_dim"));
        double base = base(Stream.of(parameters, scaling).flatMap(Optional::stream));
        to.number("rope.freq_base", base, settings.origin("rope_theta"));
        localBase();
        parameters.or(() -> scaling).ifPresent(rope -> scaling(rope, base, heads));
        return constants;
    }

    /** @param objects in which the base may be as well */
    private double base(Stream<ModelSettings> objects) {
        List<Double> stated = Stream.concat(settings.number("rope_theta", "rotary_emb_base").stream(),
                objects.flatMap(rope -> rope.number("rope_theta").stream())).distinct().toList();
        if (stated.size() > 1) {
            throw settings.fault("rope_theta", "is " + stated + ", in several places; it must be one");
        }
        return stated.isEmpty() ? family.rotation().base() : stated.getFirst();
    }

    /** Layers that see a window only may have frequencies of their own (Gemma 3). */
    private void localBase() {
        Optional<ModelSettings> ofWindows = settings.object("rope_parameters").flatMap(rope -> rope.object("sliding_attention"));
        settings.number("rope_local_base_freq").or(() -> ofWindows.flatMap(rope -> rope.number("rope_theta")))
                .ifPresent(base -> to.number("rope.freq_base_swa", base, settings.origin("rope_local_base_freq")));
    }

    private void scaling(ModelSettings rope, double base, HeadShape heads) {
        String name = rope.nameOf(List.of("rope_type", "type")).orElse("rope_type");
        String type = rope.text("rope_type", "type").orElseThrow(() -> rope.missing(name));
        switch (type) {
            case "default" -> { }
            case "linear" -> linear(rope);
            case "llama3" -> llama3(rope, base, heads.rotated());
            case "yarn" -> yarn(rope);
            case "longrope", "su" -> longRope(rope, heads.rotated());
            default -> throw rope.fault(name, '"' + type + "\" is not built; supported are default, linear, llama3, yarn, longrope");
        }
    }

    private void linear(ModelSettings rope) {
        to.text("rope.scaling.type", "linear", rope.origin("type"));
        to.number("rope.scaling.factor", required(rope, "factor"), rope.origin("factor"));
    }

    private void yarn(ModelSettings rope) {
        double factor = required(rope, "factor");
        to.text("rope.scaling.type", "yarn", rope.origin("type"));
        to.number("rope.scaling.factor", factor, rope.origin("factor"));
        to.integer("rope.scaling.original_context_length", originalContext(rope), rope.origin("original_max_position_embeddings"));
        rope.number("beta_fast").ifPresent(beta -> to.number("rope.scaling.yarn_beta_fast", beta, rope.origin("beta_fast")));
        rope.number("beta_slow").ifPresent(beta -> to.number("rope.scaling.yarn_beta_slow", beta, rope.origin("beta_slow")));
        double usual = 0.1 * Math.log(factor) + 1;
        rope.number("attention_factor").filter(stated -> Math.abs(stated - usual) > 1e-4).ifPresent(stated -> {
            throw rope.fault("attention_factor", stated + " is not built; supported is 0.1 ln(factor) + 1 = " + usual);
        });
        for (String other : List.of("mscale", "mscale_all_dim", "truncate")) {
            if (rope.has(other) && !rope.literal(other).orElseThrow().equals("true")) {
                throw rope.fault(other, "is not built");
            }
        }
    }

    /** Factors by which frequencies are divided: none of the fast ones, all of the slow ones, in between a mixture (Llama 3.1, 2024). */
    private void llama3(ModelSettings rope, double base, long rotated) {
        double factor = required(rope, "factor");
        double low = required(rope, "low_freq_factor");
        double high = required(rope, "high_freq_factor");
        double context = required(rope, "original_max_position_embeddings");
        if (!(factor > 0 && low > 0 && high > low && context > 0)) {
            throw rope.fault("factor", "factors must be positive, and high_freq_factor greater than low_freq_factor");
        }
        var divisors = new float[(int) rotated / 2];
        for (int i = 0; i < divisors.length; i++) {
            double waveLength = 2 * Math.PI * Math.pow(base, 2.0 * i / rotated);
            double smooth = Math.clamp((context / waveLength - low) / (high - low), 0, 1);
            divisors[i] = (float) (1 / ((1 - smooth) / factor + smooth));
        }
        constants.add(new ConstantTensor("rope_freqs.weight", divisors));
    }

    /** A list of factors for short contexts and one for long ones (Ding et al. 2024, "LongRoPE"). */
    private void longRope(ModelSettings rope, long rotated) {
        long original = originalContext(rope);
        double scale = rope.number("factor").orElse((double) to.integer("context_length") / original);
        double attention = rope.number("attention_factor").orElse(scale <= 1 ? 1 : Math.sqrt(1 + Math.log(scale) / Math.log(original)));
        to.text("rope.scaling.type", "longrope", rope.origin("type"));
        to.integer("rope.scaling.original_context_length", original, settings.origin("original_max_position_embeddings"));
        to.number("rope.scaling.attn_factor", attention, rope.origin("attention_factor"));
        constants.add(new ConstantTensor("rope_factors_long.weight", factors(rope, "long_factor", rotated)));
        constants.add(new ConstantTensor("rope_factors_short.weight", factors(rope, "short_factor", rotated)));
    }

    private static float[] factors(ModelSettings rope, String name, long rotated) {
        List<Double> stated = rope.numbers(name).orElseThrow(() -> rope.missing(name));
        if (stated.size() != rotated / 2) {
            throw rope.fault(name, "has " + stated.size() + " factors; there are " + rotated / 2 + " frequencies");
        }
        var factors = new float[stated.size()];
        for (int i = 0; i < factors.length; i++) {
            factors[i] = stated.get(i).floatValue();
        }
        return factors;
    }

    private long originalContext(ModelSettings rope) {
        return rope.integer("original_max_position_embeddings").or(() -> settings.integer("original_max_position_embeddings"))
                .filter(context -> context > 1)
                .orElseThrow(() -> rope.fault("original_max_position_embeddings", "is missing, or not greater than 1"));
    }

    private static double required(ModelSettings rope, String name) {
        return rope.number(name).orElseThrow(() -> rope.missing(name));
    }
}
