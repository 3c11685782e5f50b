package dev.lockstep.models.internal;

import dev.lockstep.kernel.AttentionSpec;
import dev.lockstep.kernel.FloatRows;
import dev.lockstep.kernel.Kernels;
import dev.lockstep.kernel.WorkerPool;
import dev.lockstep.models.InferenceException;
import dev.lockstep.quant.LittleEndian;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * The forward pass of every {@link EncoderArchitecture} of the table. A layer has two passes over the text, batch by batch: the first
 * leaves all keys and values, the second reads them. Immutable; one text at a time with one {@link EncoderState}.
 *
 * <p>The result does not depend on the number of threads: every matrix row and every attention head is computed whole by one thread, in
 * one order.
 */
final class Encoder {
    /** Tokens of one task of attention: enough to make a block of keys and values worth its way into the cache. */
    static final int TOKENS_PER_TASK = 32;

    private final EncoderConfig config;
    private final EncoderWeights weights;
    private final Kernels kernels;
    private final WorkerPool pool;
    private final Normalizer normalizer;

    Encoder(EncoderConfig config, EncoderWeights weights, Kernels kernels, WorkerPool pool) {
        this.config = config;
        this.weights = weights;
        this.kernels = kernels;
        this.pool = pool;
        this.normalizer = new Normalizer(kernels, DecoderSpec.Norm.LAYER, config.normEpsilon(), config.dim());
    }

    /**
     * Runs a text through all layers; afterwards the first {@code count} rows of {@code s.x} hold the final hidden states.
     *
     * @param tokens int32 ids inside of the vocabulary, {@code count} of them
     * @throws InferenceException if a key or value is not a number
     */
    void run(EncoderState s, MemorySegment tokens, int count) {
        for (int token = 0; token < count; token++) {
            embed(s, tokens.get(LittleEndian.INT, (long) token * Integer.BYTES), token);
            if (s.rope.isPresent()) {
                s.rope.get().prepare(token, token);
            }
        }
        AttentionSpec spec = AttentionSpec.bidirectional(1, config.headDim(), count);
        for (EncoderWeights.Layer layer : weights.layers()) {
            for (int first = 0; first < count; first += RunState.BATCH) {
                project(s, layer, first, Math.min(RunState.BATCH, count - first));
            }
            for (int first = 0; first < count; first += RunState.BATCH) {
                finish(s, layer, spec, first, Math.min(RunState.BATCH, count - first));
            }
        }
    }

    /** Token, type of text (the first of them) and position. */
    private void embed(EncoderState s, int id, int token) {
        s.embeddings.read(weights.tokenEmbedding(), id, s.x, token);
        if (weights.typeEmbedding().isPresent()) {
            s.embeddings.read(weights.typeEmbedding().get(), 0, s.update, 0);
            add(s.update, 0, s.x, token);
        }
        if (weights.positionEmbedding().isPresent()) {
            s.embeddings.read(weights.positionEmbedding().get(), token, s.update, 0);
            add(s.update, 0, s.x, token);
        }
        norm(weights.embeddingNorm(), s.x, token);
    }

    /** Queries, keys and values of a batch. */
    private void project(EncoderState s, EncoderWeights.Layer layer, int first, int count) {
        read(s, first, count);
        FloatRows q = rowsFrom(s.q, first, count);
        s.products.run(layer.qkv(), s.input, List.of(q, s.k, s.v), count);
        forEach(count, token -> {
            if (s.rope.isPresent()) {
                var rotation = s.rope.get().rotation(first + token);
                kernels.rope(q.data(), q.offset(token), config.nHeads(), config.headDim(), rotation);
                kernels.rope(s.k.data(), s.k.offset(token), config.nHeads(), config.headDim(), rotation);
            }
            if (!s.cache.store(kernels, 0, first + token, s.k, s.v, token)) {
                throw new InferenceException("the model computed a key or value that is not a number; its weights are broken");
            }
        });
    }

    /** Attention and the feed-forward network for a batch. */
    private void finish(EncoderState s, EncoderWeights.Layer layer, AttentionSpec spec, int first, int count) {
        FloatRows q = rowsFrom(s.q, first, count);
        int tiles = Math.ceilDiv(count, TOKENS_PER_TASK);
        pool.run((long) config.nHeads() * tiles, (worker, from, to) -> {
            for (long task = from; task < to; task++) {
                int head = (int) (task / tiles);
                int token = (int) (task % tiles) * TOKENS_PER_TASK;
                kernels.attention(s.cache.head(0, head), spec, head, q, s.attention.rows(), token,
                        Math.min(TOKENS_PER_TASK, count - token), first + token, s.attentionScratch[worker]);
            }
        });
        s.products.run(layer.attentionOutput(), s.attention, s.updates, count);
        join(s, layer.attentionNorm(), first, count);
        read(s, first, count);
        s.feedForward.run(layer.network(), s.input, s.updates, count);
        join(s, layer.networkNorm(), first, count);
    }

    /** The hidden states of a batch, to where products read them. */
    private static void read(EncoderState s, int first, int count) {
        FloatRows to = s.input.rows();
        for (int token = 0; token < count; token++) {
            MemorySegment.copy(s.x.data(), s.x.offset(first + token), to.data(), to.offset(token), (long) to.columns() * Float.BYTES);
        }
    }

    /** x = norm(x + update). */
    private void join(EncoderState s, NormWeights norm, int first, int count) {
        forEach(count, token -> {
            add(s.update, token, s.x, first + token);
            norm(norm, s.x, first + token);
        });
    }

    private void add(FloatRows from, int row, FloatRows to, int token) {
        kernels.add(to.data(), to.offset(token), from.data(), from.offset(row), config.dim());
    }

    private void norm(NormWeights norm, FloatRows rows, int token) {
        normalizer.apply(norm, rows.data(), rows.offset(token), rows.data(), rows.offset(token));
    }

    private void forEach(int count, IntConsumer step) {
        pool.run(count, (_, from, to) -> {
            for (int token = (int) from; token < to; token++) {
                step.accept(token);
            }
        });
    }

    private static FloatRows rowsFrom(FloatRows rows, int first, int count) {
        return new FloatRows(rows.data().asSlice(rows.offset(first), (long) count * rows.stride() * Float.BYTES), count, rows.columns(),
                rows.stride());
    }
}
