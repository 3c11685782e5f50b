package dev.lockstep.loader.internal.huggingface;

import dev.lockstep.loader.Metadata;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Which layers see a window only, and how long it is, under GGUF's names. */
final class WindowTranslation {
    private static final String WINDOW = "sliding_attention";
    private static final String EVERYTHING = "full_attention";

    /** Of Qwen's first configuration class, and never published otherwise without the setting. */
    private static final long FIRST_WINDOW_LAYER = 28;

    private final Family family;
    private final ModelSettings settings;

    WindowTranslation(Family family, ModelSettings settings) {
        this.family = family;
        this.settings = settings;
    }

    /** Puts them, if there is a window. A window of 0 is put for families that have one unless it is said otherwise. */
    void translate(MetadataBuilder to) {
        boolean counts = !family.windows().optional() || settings.flag("use_sliding_window").orElse(false);
        long size = counts ? settings.integer("sliding_window").orElse(0L) : 0;
        int[] windows = IntStream.range(0, Math.toIntExact(to.integer("block_count"))).map(layer -> isWindow(layer) ? 1 : 0).toArray();
        if (size > 0 && Arrays.stream(windows).sum() > 0) {
            to.integer("attention.sliding_window", size, settings.origin("sliding_window"));
            to.put("attention.sliding_window_pattern", Metadata.NumberListValue.of(windows), settings.origin("layer_types"));
        } else if (family.windows().period() > 1) {
            to.integer("attention.sliding_window", 0, settings.origin("sliding_window"));
        }
    }

    private boolean isWindow(int layer) {
        Optional<List<String>> types = settings.texts("layer_types");
        if (types.isPresent()) {
            return isWindow(layer, types.get());
        }
        if (family.windows().optional()) {
            return layer >= settings.integer("max_window_layers").orElse(FIRST_WINDOW_LAYER);
        }
        long period = settings.integer("sliding_window_pattern", "_sliding_window_pattern").filter(_ -> family.windows().period() > 1)
                .orElse((long) family.windows().period());
        if (period < 0) {
            throw settings.fault("sliding_window_pattern", period + " is negative");
        }
        return period == 0 || (layer + 1) % period != 0;
    }

    private boolean isWindow(int layer, List<String> types) {
        String type = layer < types.size() ? types.get(layer) : "missing";
        if (!type.equals(WINDOW) && !type.equals(EVERYTHING)) {
            throw settings.fault("layer_types", "layer " + layer + " is \"" + type + "\"; supported are " + EVERYTHING + " and " + WINDOW);
        }
        return type.equals(WINDOW);
    }
}
