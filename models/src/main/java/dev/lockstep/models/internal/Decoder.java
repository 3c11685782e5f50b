package dev.lockstep.models.internal;

import dev.lockstep.kernel.FloatRows;
import dev.lockstep.kernel.Kernels;
import dev.lockstep.kernel.WorkerPool;
import dev.lockstep.quant.LittleEndian;
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
    private final Normalizer normalizer;

    Decoder(ModelConfig config, DecoderWeights weights, Kernels kernels, WorkerPool pool) {
        this.config = config;
        this.weights = weights;
        this.kernels = kernels;
        this.pool = pool;
        this.normalizer = Normalizer.of(config, kernels);
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
        for (int token = 0; token < count; token++) {
            embed(s, tokens.get(LittleEndian.INT, tokensOffset + (long) token * Integer.BYTES), token, position + token);
            s.ropes.prepare(token, position + token);
        }
        for (int layer = 0; layer < config.nLayers(); layer++) {
            block(s, layer, count, position);
        }
    }

    /** The logits of row {@code token} of the last batch, into {@code s.logits}. */
    void logits(RunState s, int token) {
        normalizer.apply(weights.outputNorm(), s.x.data(), s.x.offset(token), s.normed.rows().data(), 0);
        s.products.run(weights.outputs(), s.normed, s.allLogits, 1);
        scale(s.logits, 0, config.multipliers().logits(), config.vocabSize());
        if (config.softCaps().logits() > 0) {
            kernels.softCap(s.logits.data(), s.logits.offset(0), config.softCaps().logits(), config.vocabSize());
        }
    }

    private void scale(FloatRows rows, int token, float factor, int count) {
        if (factor != 1) {
            kernels.scale(rows.data(), rows.offset(token), factor, count);
        }
    }

    private void embed(RunState s, int id, int token, int position) {
        s.embeddings.read(weights.tokenEmbedding(), id, s.x, token);
        scale(s.x, token, config.multipliers().embedding(), config.dim());
        if (weights.positionEmbedding().isPresent()) {
            s.embeddings.read(weights.positionEmbedding().get(), position, s.update, token);
            kernels.add(s.x.data(), s.x.offset(token), s.update.data(), s.update.offset(token), config.dim());
        }
    }

    private void block(RunState s, int layer, int count, int position) {
        LayerWeights w = weights.layers().get(layer);
        s.tokenSteps.enter(w.attentionNorm(), count);
        s.products.run(w.qkv(), s.normed, s.qkv, count);
        s.selfAttention.run(pool, w.qkNorm(), layer, count, position);
        s.products.run(w.attentionOutput(), s.attention, s.updates, count);
        if (!config.spec().block().isParallel()) {
            s.tokenSteps.leave(w.attentionOutputNorm(), count);
            s.tokenSteps.enter(w.feedForwardNorm(), count);
        } else {
            // the network reads what attention has read: the same x, and with one norm for both the same normed
            if (w.feedForwardNorm().isPresent()) {
                s.tokenSteps.enter(w.feedForwardNorm(), count);
            }
            s.tokenSteps.leave(w.attentionOutputNorm(), count);
        }
        feedForward(s, w.feedForward(), count);
        s.tokenSteps.leave(w.feedForwardOutputNorm(), count);
    }

    private static void feedForward(RunState s, FeedForwardWeights weights, int count) {
        if (weights instanceof NetworkWeights network) {
            s.feedForward.run(network, s.normed, s.updates, count);
        } else {
            s.experts.orElseThrow().run((ExpertWeights) weights, s.normed, s.update, count);
        }
    }
}
