package dev.lockstep.models.internal;

import dev.lockstep.kernel.FloatRows;
import dev.lockstep.kernel.Kernels;
import dev.lockstep.kernel.WorkerPool;
import dev.lockstep.quant.LittleEndian;
import dev.lockstep.quant.PanelMatrix;
import java.lang.foreign.MemorySegment;

/**
 * The forward pass, for every {@link Architecture} of the table. Immutable; any number of sessions may use it at once, each
 * with its own {@link RunState}.
 *
 * <p>The result for a token does not depend on how many tokens go through together, nor on the number of threads: every
 * matrix row and every attention head is computed whole by one thread, in one order.
 */
final class Decoder {
    private final ModelConfig config;
    private final DecoderWeights weights;
    private final Kernels kernels;
    private final WorkerPool pool;

    Decoder(ModelConfig config, DecoderWeights weights, Kernels kernels, WorkerPool pool) {
        this.config = config;
        this.weights = weights;
        this.kernels = kernels;
        this.pool = pool;
    }

    /**
     * Runs a batch of tokens through all layers; afterwards {@code s.x} holds their final hidden states and the cache their
     * keys and values.
     *
     * @param tokens int32 ids, {@code count} of them from {@code tokensOffset} bytes
     * @param count 1 to {@link RunState#BATCH}
     * @param position position of the first token
     */
    void forward(RunState s, MemorySegment tokens, long tokensOffset, int count, int position) {
        embed(s, tokens, tokensOffset, count);
        for (int token = 0; token < count; token++) {
            s.rope.prepare(token, position + token);
        }
        for (int layer = 0; layer < config.nLayers(); layer++) {
            DecoderWeights.Layer w = weights.layers().get(layer);
            attend(s, w, layer, count, position);
            feedForward(s, w, count);
        }
    }

    /** The logits of row {@code token} of the last batch, into {@code s.logits}. */
    void logits(RunState s, int token) {
        kernels.rmsNorm(s.x.data(), s.x.offset(token), weights.outputNorm(), config.normEpsilon(), s.normed.data(), 0,
                config.dim());
        matMul(s, weights.output(), s.normed, s.logits, 1);
    }

    private void embed(RunState s, MemorySegment tokens, long tokensOffset, int count) {
        for (int token = 0; token < count; token++) {
            int id = tokens.get(LittleEndian.INT, tokensOffset + (long) token * Integer.BYTES);
            weights.tokenEmbedding().decodeRow(id, s.x.data(), s.x.offset(token), s.encodedRow);
        }
    }

    private void attend(RunState s, DecoderWeights.Layer w, int layer, int count, int position) {
        norm(s, w.attentionNorm(), count);
        matMul(s, w.q(), s.normed, s.q, count);
        matMul(s, w.k(), s.normed, s.k, count);
        matMul(s, w.v(), s.normed, s.v, count);
        forEachToken(count, token -> {
            var rotation = s.rope.rotation(token);
            kernels.rope(s.q.data(), s.q.offset(token), config.nHeads(), config.keyDim(), rotation);
            kernels.rope(s.k.data(), s.k.offset(token), config.nKvHeads(), config.keyDim(), rotation);
            s.cache.store(layer, position + token, s.k, s.v, token);
        });
        pool.run((long) count * config.nHeads(), (worker, from, to) -> {
            for (long task = from; task < to; task++) {
                attendHead(s, layer, (int) (task / config.nHeads()), (int) (task % config.nHeads()), position, worker);
            }
        });
        matMul(s, w.attentionOutput(), s.attention, s.update, count);
        addToResidual(s, count);
    }

    private void attendHead(RunState s, int layer, int token, int head, int position, int worker) {
        long query = s.q.offset(token) + (long) head * config.keyDim() * Float.BYTES;
        long out = s.attention.offset(token) + (long) head * config.valueDim() * Float.BYTES;
        kernels.attention(s.q.data(), query, s.cache.upTo(layer, head, position + token),
                s.scores.data(), s.scores.offset(worker), s.attention.data(), out);
    }

    private void feedForward(RunState s, DecoderWeights.Layer w, int count) {
        norm(s, w.feedForwardNorm(), count);
        matMul(s, w.gate(), s.normed, s.gate, count);
        matMul(s, w.up(), s.normed, s.up, count);
        forEachToken(count, token ->
                kernels.swiGlu(s.gate.data(), s.gate.offset(token), s.up.data(), s.up.offset(token), config.hiddenDim()));
        matMul(s, w.down(), s.gate, s.update, count);
        addToResidual(s, count);
    }

    private void norm(RunState s, MemorySegment weight, int count) {
        forEachToken(count, token -> kernels.rmsNorm(s.x.data(), s.x.offset(token), weight, config.normEpsilon(),
                s.normed.data(), s.normed.offset(token), config.dim()));
    }

    private void addToResidual(RunState s, int count) {
        forEachToken(count, token -> kernels.add(s.x.data(), s.x.offset(token), s.update.data(), s.update.offset(token),
                config.dim()));
    }

    private void matMul(RunState s, PanelMatrix matrix, FloatRows x, FloatRows y, int count) {
        pool.run(matrix.layout().panels(), (worker, from, to) ->
                kernels.matMul(matrix, from, to, x, y, count, s.matMulScratch(worker)));
    }

    private interface TokenTask {
        void run(int token);
    }

    /** A single token's small operators are over before another thread would have woken up. */
    private void forEachToken(int count, TokenTask task) {
        if (count == 1) {
            task.run(0);
            return;
        }
        pool.run(count, (_, from, to) -> {
            for (long token = from; token < to; token++) {
                task.run((int) token);
            }
        });
    }
}
