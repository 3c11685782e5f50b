package dev.lockstep.models.internal;

import dev.lockstep.kernel.CachedHead;
import dev.lockstep.kernel.FloatRows;
import dev.lockstep.kernel.Kernels;
import dev.lockstep.kernel.KvLayout;
import dev.lockstep.kernel.KvType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.util.Arrays;
import java.util.List;

/**
 * The keys and values of all positions so far, for every layer. Memory belongs to the session's arena.
 *
 * <p>Shape (nLayers, nKvHeads, blocks), a block as {@link KvLayout} describes it: the positions of one head lie side by side,
 * because attention walks over them.
 */
final class KvCache {
    private final int capacity;
    private final KvLayout layout;
    private final MemorySegment memory;
    /** Views of the memory, shape (nLayers, nKvHeads): made once, so that a token makes none. */
    private final CachedHead[][] heads;

    KvCache(SessionShape shape, KvType type, int capacity, SegmentAllocator memory) {
        this.capacity = capacity;
        this.layout = new KvLayout(type, shape.keyDim(), shape.valueDim());
        this.memory = memory.allocate(shape.cacheBytes(type, capacity));
        this.heads = new CachedHead[shape.nLayers()][shape.nKvHeads()];
        long offset = 0;
        for (CachedHead[] layer : heads) {
            for (int head = 0; head < layer.length; head++) {
                layer[head] = new CachedHead(layout, this.memory, offset);
                offset += layout.byteSize(capacity);
            }
        }
    }

    /** Positions there is room for. */
    int capacity() {
        return capacity;
    }

    KvLayout layout() {
        return layout;
    }

    CachedHead head(int layer, int kvHead) {
        return heads[layer][kvHead];
    }

    /** The memory of the blocks that {@code positions} positions take, head by head. */
    List<MemorySegment> blocks(int positions) {
        return Arrays.stream(heads).flatMap(Arrays::stream)
                .map(head -> memory.asSlice(head.offset(), layout.byteSize(positions))).toList();
    }

    /**
     * Stores the keys and values of one token.
     *
     * @param k row {@code token} holds (nKvHeads, keyDim), already rotated
     * @param v row {@code token} holds (nKvHeads, valueDim)
     * @return false if there is a NaN among them
     */
    boolean store(Kernels kernels, int layer, int position, FloatRows k, FloatRows v, int token) {
        boolean allNumbers = true;
        for (int head = 0; head < heads[layer].length; head++) {
            allNumbers &= kernels.storeKv(heads[layer][head], position,
                    k.data(), k.offset(token) + (long) head * layout.keyDim() * Float.BYTES,
                    v.data(), v.offset(token) + (long) head * layout.valueDim() * Float.BYTES);
        }
        return allNumbers;
    }

    /**
     * Overwrites the keys and values of the positions from {@code from} to before {@code to}, the last ones there are, with zeros.
     *
     * @param k row 0 holds zeros, as in {@link #store}
     * @param v likewise
     */
    void zero(Kernels kernels, int from, int to, FloatRows k, FloatRows v) {
        long blocksBefore = layout.byteSize(from);
        long size = layout.byteSize(to) - blocksBefore;
        int nextBlock = Math.ceilDiv(from, KvLayout.BLOCK) * KvLayout.BLOCK;
        for (int layer = 0; layer < heads.length; layer++) {
            for (int position = from; position < Math.min(to, nextBlock); position++) {
                store(kernels, layer, position, k, v, 0);
            }
            for (CachedHead head : heads[layer]) {
                memory.asSlice(head.offset() + blocksBefore, size).fill((byte) 0);
            }
        }
    }

    /** Overwrites everything with zeros. */
    void zero() {
        memory.fill((byte) 0);
    }
}
