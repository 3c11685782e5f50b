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
        kernels.rmsNorm(s.x.data(), s.x.offset(token), weights.outputNorm(), config.normEpsilon(), s.normed.rows().data(), 0,
                config.dim());
        s.products.run(weights.outputs(), s.normed, s.allLogits, 1);
        scale(s.logits, 0, config.multipliers().logits(), config.vocabSize());
    }

    private void scale(FloatRows rows, int token, float factor, int count) {
        if (factor != 1) {
            kernels.scale(rows.data(), rows.offset(token), factor, count);
        }
    }

    private void embed(RunState s, MemorySegment tokens, long tokensOffset, int count) {
        for (int token = 0; token < count; token++) {
            int id = tokens.get(LittleEndian.INT, tokensOffset + (long) token * Integer.BYTES);
            weights.tokenEmbedding().decodeRow(id, s.x.data(), s.x.offset(token), s.encodedRow, s.weavingScratch);
            scale(s.x, token, config.multipliers().embedding(), config.dim());
        }
    }

    private void attend(RunState s, DecoderWeights.Layer w, int layer, int count, int position) {
        enter(s, w.attentionNorm(), count);
        s.products.run(w.qkv(), s.normed, s.qkv, count);
        s.selfAttention.run(pool, w, layer, count, position);
        s.products.run(w.attentionOutput(), s.attention, s.updates, count);
        leave(s, w.attentionNorm(), count);
    }

    private void feedForward(RunState s, DecoderWeights.Layer w, int count) {
        enter(s, w.feedForwardNorm(), count);
        s.feedForward.run(w.feedForward(), s.normed, s.updates, count);
        leave(s, w.feedForwardNorm(), count);
    }

    /** The residual stream, on its way into a sublayer. */
    private void enter(RunState s, MemorySegment norm, int count) {
        switch (config.spec().normPlace()) {
            case BEFORE -> s.tokenSteps.norm(norm, count);
            case AFTER -> s.tokenSteps.passOn(count);
        }
    }

    /** What a sublayer gives, on its way back. */
    private void leave(RunState s, MemorySegment norm, int count) {
        if (config.spec().normPlace() == DecoderSpec.NormPlace.AFTER) {
            s.tokenSteps.normUpdate(norm, count);
        }
        s.tokenSteps.addToResidual(count);
    }
}
