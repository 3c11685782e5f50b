package dev.lockstep.models;

import java.util.Objects;
import java.util.Optional;

/**
 * What an embedding is to be like.
 *
 * @param pooling how one vector is made of many; empty for what the model's file says
 * @param normalized true for vectors of length 1, whose products are the cosines of the angles between them
 */
public record EmbeddingOptions(Optional<Pooling> pooling, boolean normalized) {
    public EmbeddingOptions {
        Objects.requireNonNull(pooling, "pooling");
    }

    /** As the model's file says, normalized. */
    public static EmbeddingOptions defaults() {
        return new EmbeddingOptions(Optional.empty(), true);
    }

    public EmbeddingOptions withPooling(Pooling pooling) {
        return new EmbeddingOptions(Optional.of(pooling), normalized);
    }

    /** The same, with vectors as long as the model makes them. */
    public EmbeddingOptions withoutNormalization() {
        return new EmbeddingOptions(pooling, false);
    }
}
