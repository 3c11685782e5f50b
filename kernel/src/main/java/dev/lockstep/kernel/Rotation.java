package dev.lockstep.kernel;

import java.lang.foreign.MemorySegment;

/**
 * The rotary angles of one position.
 *
 * @param dim values of each head that are rotated, even
 * @param pairing which values form a pair
 * @param cos float32, shape {@code (dim)}: the cosine for each value
 * @param sin float32, shape {@code (dim)}: the sine for each value, negative for the first of a pair
 * @param offset byte offset of this position's row in both
 */
public record Rotation(int dim, Pairing pairing, MemorySegment cos, MemorySegment sin, long offset) {
    /** Which two values of a head turn together. */
    public enum Pairing {
        /** (0, 1), (2, 3), …: Llama checkpoints in GGUF. */
        ADJACENT,
        /** (0, dim/2), (1, dim/2 + 1), …: GPT-NeoX style. */
        HALVES
    }
}
