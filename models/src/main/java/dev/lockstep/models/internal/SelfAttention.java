package dev.lockstep.models.internal;

import dev.lockstep.kernel.AttentionSpec;
import dev.lockstep.kernel.FloatRows;
import dev.lockstep.kernel.Kernels;
import dev.lockstep.kernel.KvLayout;
import dev.lockstep.kernel.Rotation;
import dev.lockstep.kernel.WorkerPool;
import dev.lockstep.kernel.WorkerPool.RangeTask;
import dev.lockstep.models.InferenceException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.util.Arrays;
import java.util.List;

/**
 * What happens between the projections of a layer to queries, keys and values and the projection back: rotation, the cache,
 * attention. Belongs to one session; its tasks are made once, so that a token makes no objects.
 *
 * <p>A task of attention is one key/value head and a few tokens: all query heads that share it use what is read of it.
 */
final class SelfAttention {
    /** Queries, which are tokens times heads, of one task: enough to make a block of keys and values worth its way into the cache. */
    private static final int QUERIES = 32;

    private final ModelConfig config;
    private final Kernels kernels;
    private final RunState s;
    /** Of layers that see all positions, and of those with a window. */
    private final AttentionSpec full;
    private final AttentionSpec windowed;
    private final int tokensPerTask;
    /** Scratch of the kernel, one per thread. */
    private final MemorySegment[] scratch;

    private final RangeTask storeTokens = (_, from, to) -> storeTokens((int) from, (int) to);
    private final RangeTask attend = this::attend;

    /** What the tasks work on; set before they run. */
    private List<MemorySegment> qkNorm;
    private int layer;
    private boolean hasWindow;
    private int count;
    private int position;

    SelfAttention(ModelConfig config, Kernels kernels, RunState s, int threads, SegmentAllocator memory) {
        this.config = config;
        this.kernels = kernels;
        this.s = s;
        this.full = spec(config, AttentionSpec.UNLIMITED);
        this.windowed = spec(config, config.windows().size());
        this.tokensPerTask = tokensPerTask(config);
        this.scratch = new MemorySegment[threads];
        Arrays.setAll(scratch, _ -> memory.allocate(scratchBytes(config, s.cache.layout(), kernels)));
    }

    private static AttentionSpec spec(ModelConfig config, int window) {
        return new AttentionSpec(group(config), config.multipliers().scores(), window, config.softCaps().scores());
    }

    private static int group(ModelConfig config) {
        return config.nHeads() / config.nKvHeads();
    }

    private static int tokensPerTask(ModelConfig config) {
        return Math.clamp(QUERIES / group(config), 1, RunState.BATCH);
    }

    /** Bytes of scratch memory per thread. */
    static long scratchBytes(ModelConfig config, KvLayout layout, Kernels kernels) {
        return kernels.attentionScratchBytes(layout, tokensPerTask(config) * group(config));
    }

    /**
     * Takes q, k and v of a batch and fills {@code s.attention}; afterwards the cache holds the batch.
     *
     * @param qkNorm weights of the norms of queries and keys in this layer, or none
     * @param position of the first token
     * @throws InferenceException if a key or value is not a number
     */
    void run(WorkerPool pool, List<MemorySegment> qkNorm, int layer, int count, int position) {
        this.qkNorm = qkNorm;
        this.layer = layer;
        this.hasWindow = config.windows().isWindowed(layer);
        this.count = count;
        this.position = position;
        if (count == 1) {
            // over before another thread would have woken up
            storeTokens(0, 1);
        } else {
            pool.run(count, storeTokens);
        }
        pool.run((long) config.nKvHeads() * tiles(), attend);
    }

    private int tiles() {
        return Math.ceilDiv(count, tokensPerTask);
    }

    private void storeTokens(int from, int to) {
        for (int token = from; token < to; token++) {
            norm(token);
            if (config.rotates(layer)) {
                Rotation rotation = s.ropes.rotation(hasWindow, token);
                kernels.rope(s.q.data(), s.q.offset(token), config.nHeads(), config.keyDim(), rotation);
                kernels.rope(s.k.data(), s.k.offset(token), config.nKvHeads(), config.keyDim(), rotation);
            }
            if (!s.cache.store(kernels, layer, position + token, s.k, s.v, token)) {
                throw new InferenceException("the model computed a key or value that is not a number; its weights are broken");
            }
        }
    }

    private void norm(int token) {
        switch (config.spec().qkNorm()) {
            case NONE -> { }
            case EACH_HEAD -> {
                norm(s.q, token, qkNorm.get(0), config.nHeads(), config.keyDim());
                norm(s.k, token, qkNorm.get(1), config.nKvHeads(), config.keyDim());
            }
            case ALL_HEADS -> {
                norm(s.q, token, qkNorm.get(0), 1, config.queryDim());
                norm(s.k, token, qkNorm.get(1), 1, config.keysDim());
            }
        }
    }

    /** Each of {@code groups} neighbours of {@code size} values by itself. */
    private void norm(FloatRows rows, int token, MemorySegment weight, int groups, int size) {
        for (int group = 0; group < groups; group++) {
            long offset = rows.offset(token) + (long) group * size * Float.BYTES;
            kernels.rmsNorm(rows.data(), offset, weight, config.normEpsilon(), rows.data(), offset, size);
        }
    }

    private void attend(int worker, long from, long to) {
        for (long task = from; task < to; task++) {
            int kvHead = (int) (task / tiles());
            int token = (int) (task % tiles()) * tokensPerTask;
            kernels.attention(s.cache.head(layer, kvHead), hasWindow ? windowed : full, kvHead, s.q, s.attention.rows(), token,
                    Math.min(tokensPerTask, count - token), position + token, scratch[worker]);
        }
    }

    /** Overwrites the keys and values of the positions from {@code from} to before {@code to}, the last ones there are, with zeros. */
    void forget(int from, int to) {
        s.k.data().fill((byte) 0);
        s.v.data().fill((byte) 0);
        s.cache.zero(kernels, from, to, s.k, s.v);
    }

    /** Overwrites the scratch memory with zeros. */
    void zero() {
        for (MemorySegment memory : scratch) {
            memory.fill((byte) 0);
        }
    }
}
