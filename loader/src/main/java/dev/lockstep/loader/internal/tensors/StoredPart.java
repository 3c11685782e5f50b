package dev.lockstep.loader.internal.tensors;

/** Bytes of a file that are in memory until nobody needs them. */
public interface StoredPart {
    /** Nobody will read any of it again: its memory may be zeroed and freed. To be called once. */
    default void discard() { }
}
