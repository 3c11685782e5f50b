package dev.lockstep.models.internal;

import dev.lockstep.kernel.AttentionSpec;
import java.util.Collections;
import java.util.List;

/**
 * Which layers of a decoder see only the latest positions.
 *
 * @param size positions that they see, their own included
 * @param windowed one entry per layer
 */
record LayerWindows(int size, List<Boolean> windowed) {
    LayerWindows {
        windowed = List.copyOf(windowed);
    }

    /** Every layer sees all positions. */
    static LayerWindows none(int layers) {
        return new LayerWindows(AttentionSpec.UNLIMITED, Collections.nCopies(layers, false));
    }

    boolean isWindowed(int layer) {
        return windowed.get(layer);
    }

    boolean isAnyWindowed() {
        return windowed.contains(true);
    }
}
