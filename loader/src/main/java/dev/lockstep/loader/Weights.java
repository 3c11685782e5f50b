package dev.lockstep.loader;

import dev.lockstep.quant.PanelMatrix;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.Optional;

/**
 * Loaded weights by tensor name. The memory belongs to the arena they were loaded into.
 *
 * @param vectors float32 values, little-endian
 * @param matrices panels
 */
public record Weights(Map<String, MemorySegment> vectors, Map<String, PanelMatrix> matrices) {
    public Weights {
        vectors = Map.copyOf(vectors);
        matrices = Map.copyOf(matrices);
    }

    /** The vector with this name. */
    public Optional<MemorySegment> vector(String name) {
        return Optional.ofNullable(vectors.get(name));
    }

    /** The matrix with this name. */
    public Optional<PanelMatrix> matrix(String name) {
        return Optional.ofNullable(matrices.get(name));
    }
}
