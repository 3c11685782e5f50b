package dev.lockstep.loader;

import dev.lockstep.loader.internal.VerifiedPages;
import dev.lockstep.quant.WeightMatrix;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.Optional;

/**
 * Loaded weights by tensor name. Memory belongs to the arena they were loaded into. <b>Ownership.</b> Whoever loads weights closes
 * them before that arena; that gives up the file, if they are still in it.
 */
public final class Weights implements AutoCloseable {
    private final Map<String, MemorySegment> vectors;
    private final Map<String, WeightMatrix> matrices;
    private final Optional<VerifiedPages> file;

    /** @param file where the matrices are, if not in memory; closed with the weights */
    Weights(Map<String, MemorySegment> vectors, Map<String, ? extends WeightMatrix> matrices, Optional<VerifiedPages> file) {
        this.vectors = Map.copyOf(vectors);
        this.matrices = Map.copyOf(matrices);
        this.file = file;
    }

    /** The vector with this name: float32 values, little-endian. */
    public Optional<MemorySegment> vector(String name) {
        return Optional.ofNullable(vectors.get(name));
    }

    /** The matrix with this name: a {@link dev.lockstep.quant.PanelMatrix} in memory, or a {@link PagedMatrix}. */
    public Optional<WeightMatrix> matrix(String name) {
        return Optional.ofNullable(matrices.get(name));
    }

    /** Closes the file, if there is one. Nobody may be computing. Idempotent. */
    @Override
    public void close() {
        file.ifPresent(VerifiedPages::close);
    }
}
