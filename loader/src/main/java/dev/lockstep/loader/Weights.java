package dev.lockstep.loader;

import dev.lockstep.quant.WeightMatrix;
import dev.lockstep.securemem.Zeroing;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Loaded weights by tensor name. <b>Ownership.</b> Whoever loads weights closes them: that zeroes and frees the memory of the
 * matrices, or gives up the file if they are still in it. Vectors belong to the arena that the caller gave.
 */
public final class Weights implements AutoCloseable {
    private final Map<String, MemorySegment> vectors;
    private final Map<String, ? extends WeightMatrix> matrices;
    private final CheckpointBytes bytes;

    /** @param bytes what the matrices are made of; closed with the weights */
    Weights(Map<String, MemorySegment> vectors, Map<String, ? extends WeightMatrix> matrices, CheckpointBytes bytes) {
        this.vectors = Map.copyOf(vectors);
        this.matrices = Map.copyOf(matrices);
        this.bytes = bytes;
    }

    /** All of several, whose bytes are closed together. */
    static Weights joined(List<Weights> parts, CheckpointBytes bytes) {
        var vectors = new HashMap<String, MemorySegment>();
        var matrices = new HashMap<String, WeightMatrix>();
        for (Weights part : parts) {
            vectors.putAll(part.vectors);
            matrices.putAll(part.matrices);
        }
        return new Weights(vectors, matrices, bytes);
    }

    /** The vector with this name: float32 values, little-endian. */
    public Optional<MemorySegment> vector(String name) {
        return Optional.ofNullable(vectors.get(name));
    }

    /**
     * The matrix with this name: in memory a {@link dev.lockstep.quant.PanelMatrix} or {@link dev.lockstep.quant.PanelRuns}, or a
     * {@link PagedMatrix}.
     */
    public Optional<WeightMatrix> matrix(String name) {
        return Optional.ofNullable(matrices.get(name));
    }

    /** What {@link #close()} overwrote. */
    public Zeroing zeroing() {
        return bytes.zeroing();
    }

    /** Nobody may be computing. Idempotent. */
    @Override
    public void close() {
        bytes.close();
    }
}
