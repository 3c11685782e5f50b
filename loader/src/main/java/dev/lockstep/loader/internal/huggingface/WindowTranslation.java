package dev.lockstep.loader.internal.huggingface;

import dev.lockstep.loader.Metadata;
import dev.lockstep.loader.internal.huggingface.Family.Windows;
import dev.lockstep.loader.internal.huggingface.Family.Windows.Layers;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Which layers see a window only, and how long it is, under GGUF's names. */
final class WindowTranslation {
    private static final String WINDOW = "sliding_attention";
    private static final String EVERYTHING = "full_attention";
    private static final String LENGTH = "sliding_window";

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
        int layers = Math.toIntExact(to.integer("block_count"));
        Optional<List<String>> types = settings.texts("layer_types");
        types.ifPresent(each -> requireKnown(each, layers));
        long length = length();
        int[] windows = IntStream.range(0, length > 0 ? layers : 0)
                .map(layer -> types.map(each -> each.get(layer).equals(WINDOW)).orElseGet(() -> isWindow(layer)) ? 1 : 0).toArray();
        if (Arrays.stream(windows).sum() > 0) {
            to.integer("attention.sliding_window", length, settings.origin(LENGTH));
            to.put("attention.sliding_window_pattern", Metadata.NumberListValue.of(windows), settings.origin("layer_types"));
        } else if (family.windows().layers() == Layers.ALL_BUT_LAST) {
            to.integer("attention.sliding_window", 0, settings.origin(LENGTH));
        }
    }

    private void requireKnown(List<String> types, int layers) {
        if (types.size() != layers) {
            throw settings.fault("layer_types", "has " + types.size() + " entries; there are " + layers + " layers");
        }
        for (int layer = 0; layer < layers; layer++) {
            String type = types.get(layer);
            boolean known = type.equals(EVERYTHING) || type.equals(WINDOW) && family.windows().layers() != Layers.NONE;
            if (!known) {
                throw settings.fault("layer_types", "layer " + layer + " is \"" + type + "\"; supported for " + family.ggufName() + " are "
                        + EVERYTHING + (family.windows().layers() == Layers.NONE ? "" : " and " + WINDOW));
            }
        }
    }

    /** Positions; 0 if there are no windows. Only null switches them off where a family usually has them. */
    private long length() {
        Windows windows = family.windows();
        boolean count = windows.layers() != Layers.NONE && (!windows.optional() || settings.flag("use_sliding_window").orElse(false));
        long usual = settings.json().has(LENGTH) ? 0 : windows.usualLength();
        return count ? settings.integer(LENGTH).orElse(usual) : 0;
    }

    private boolean isWindow(int layer) {
        return switch (family.windows().layers()) {
            case NONE -> false;
            case ALL -> true;
            case ALL_BUT_LAST -> (layer + 1) % period() != 0;
            case LATE -> layer >= settings.integer("max_window_layers").orElse(FIRST_WINDOW_LAYER);
            case NOT_ROTATED -> (layer + 1) % MetadataTranslation.ROTATION_PERIOD == 0;
            case UNKNOWN -> throw settings.fault("layer_types", "is missing, and versions of transformers disagree on which layers see a window");
        };
    }

    private long period() {
        long period = settings.integer("sliding_window_pattern", "_sliding_window_pattern").orElse((long) family.windows().period());
        if (period < 1) {
            throw settings.fault("sliding_window_pattern", period + " must be positive");
        }
        return period;
    }
}
