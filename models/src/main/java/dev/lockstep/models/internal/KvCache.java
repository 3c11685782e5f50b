package dev.lockstep.models.internal;

import dev.lockstep.kernel.CachedHead;
import dev.lockstep.kernel.FloatRows;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;

/**
 * The keys and values of all positions so far, for every layer. Memory belongs to the session's arena.
 *
 * <p>keys: float32, shape (nLayers, nKvHeads, capacity, keyDim); values: the same with valueDim. The positions of one head lie
 * side by side because attention walks over them.
 */
final class KvCache {
    private final ModelConfig config;
    private final int capacity;
    private final MemorySegment keys;
    private final MemorySegment values;

    KvCache(ModelConfig config, int capacity, SegmentAllocator memory) {
        this.config = config;
        this.capacity = capacity;
        this.keys = memory.allocate(byteSize(config, capacity, config.keyDim()));
        this.values = memory.allocate(byteSize(config, capacity, config.valueDim()));
    }

    /** Bytes that a cache for {@code capacity} positions takes. */
    static long byteSize(ModelConfig config, int capacity) {
        return Math.addExact(byteSize(config, capacity, config.keyDim()), byteSize(config, capacity, config.valueDim()));
    }

    private static long byteSize(ModelConfig config, int capacity, int headDim) {
        long heads = (long) config.nLayers() * config.nKvHeads();
        return Math.multiplyExact(Math.multiplyExact(heads, capacity), (long) headDim * Float.BYTES);
    }

    /** Positions there is room for. */
    int capacity() {
        return capacity;
    }

    /**
     * Stores the keys and values of one token.
     *
     * @param k row {@code token} holds (nKvHeads, keyDim), already rotated
     * @param v row {@code token} holds (nKvHeads, valueDim)
     */
    void store(int layer, int position, FloatRows k, FloatRows v, int token) {
        store(layer, position, k, token, keys, config.keyDim());
        store(layer, position, v, token, values, config.valueDim());
    }

    private void store(int layer, int position, FloatRows rows, int token, MemorySegment cache, int headDim) {
        long headBytes = (long) headDim * Float.BYTES;
        for (int head = 0; head < config.nKvHeads(); head++) {
            long to = headOffset(layer, head, headDim) + position * headBytes;
            MemorySegment.copy(rows.data(), rows.offset(token) + head * headBytes, cache, to, headBytes);
        }
    }

    /** What query head {@code head} of a token at {@code position} attends to: all positions up to its own. */
    CachedHead upTo(int layer, int head, int position) {
        int kvHead = head / (config.nHeads() / config.nKvHeads());
        return new CachedHead(keys, headOffset(layer, kvHead, config.keyDim()), config.keyDim(),
                values, headOffset(layer, kvHead, config.valueDim()), config.valueDim(),
                position + 1, (float) (1 / Math.sqrt(config.keyDim())));
    }

    private long headOffset(int layer, int kvHead, int headDim) {
        return ((long) layer * config.nKvHeads() + kvHead) * capacity * headDim * Float.BYTES;
    }

    /** Overwrites everything with zeros. */
    void zero() {
        keys.fill((byte) 0);
        values.fill((byte) 0);
    }
}
