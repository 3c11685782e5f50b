package dev.lockstep.models;

import dev.lockstep.kernel.KvType;

/**
 * What a model will take, in bytes of off-heap memory.
 *
 * @param weights panels and vectors, for as long as the model is open
 * @param kvCache keys and values of one session at full context
 * @param scratch other buffers of one session
 * @param context the context that the cache is for, in tokens
 * @param kvType how the cache stores its numbers
 */
public record MemoryPlan(long weights, long kvCache, long scratch, int context, KvType kvType) {
    /** The model and one session. */
    public long total() {
        return Math.addExact(weights, Math.addExact(kvCache, scratch));
    }
}
