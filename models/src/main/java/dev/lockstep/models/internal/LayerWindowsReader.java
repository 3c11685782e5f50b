package dev.lockstep.models.internal;

import dev.lockstep.models.internal.DecoderSpec.RotatedLayers;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Reads {@link LayerWindows} from metadata. */
final class LayerWindowsReader {
    private static final String SIZE = "attention.sliding_window";
    private static final String PATTERN = "attention.sliding_window_pattern";

    private final ArchitectureKeys keys;
    private final DecoderSpec spec;

    LayerWindowsReader(ArchitectureKeys keys, DecoderSpec spec) {
        this.keys = keys;
        this.spec = spec;
    }

    LayerWindows read(int layers) {
        int size = keys.integer(SIZE, 0, Integer.MAX_VALUE).orElse(spec.windows().usual());
        if (size > 0) {
            return new LayerWindows(size, keys.isList(PATTERN) ? listed(layers) : periodic(layers));
        }
        if (spec.positions().rotated() == RotatedLayers.WINDOWED) {
            throw keys.malformed(SIZE, "0 is not supported in this architecture, whose layers with a window are those that rotate");
        }
        return LayerWindows.none(layers);
    }

    /** One truth value per layer. */
    private List<Boolean> listed(int layers) {
        int[] list = keys.metadata().integers(keys.key(PATTERN)).orElseThrow();
        if (list.length != layers) {
            throw keys.malformed(PATTERN, list.length + " entries for " + layers + " layers");
        }
        return Arrays.stream(list).mapToObj(entry -> entry != 0).toList();
    }

    /** So many layers until the pattern begins again; the last of them sees all positions. With a period of 0 none does. */
    private List<Boolean> periodic(int layers) {
        int period = keys.integer(PATTERN, 0, Integer.MAX_VALUE).orElse(spec.windows().period());
        return IntStream.range(0, layers).mapToObj(layer -> period == 0 || layer % period < period - 1).toList();
    }
}
