package dev.lockstep.models.internal;

import dev.lockstep.kernel.Activations;
import dev.lockstep.kernel.FloatRows;
import dev.lockstep.kernel.Kernels;
import dev.lockstep.kernel.KvLayout;
import dev.lockstep.kernel.KvType;
import dev.lockstep.kernel.WorkerPool;
import java.lang.foreign.SegmentAllocator;
import java.util.List;
import java.util.Optional;

/**
 * The buffers of one session, one row per token of a batch. Memory belongs to the session's arena. Strides are rounded up to
 * whole panels because kernels write whole panels.
 */
final class RunState {
    /**
     * Most tokens that go through the layers together while a prompt is read: enough to use each weight many times while it is
     * in a cache, few enough for their activations to stay there too.
     */
    static final int BATCH = 128;

    /** Floats per value that {@link Activations} take: the value and its forms. */
    static final int PREPARED_FORMS = 3;

    /** The residual stream: (batch, dim). */
    final FloatRows x;
    /** Normalized input of a sublayer: (batch, dim). */
    final Activations normed;
    /** Output of a sublayer before it joins the residual stream: (batch, dim). */
    final FloatRows update;
    /** (batch, nHeads * keyDim). */
    final FloatRows q;
    /** (batch, nKvHeads * keyDim). */
    final FloatRows k;
    /** (batch, nKvHeads * valueDim). */
    final FloatRows v;
    /** (batch, nHeads * valueDim). */
    final Activations attention;
    /** Logits of one token: (1, vocabSize). */
    final FloatRows logits;
    /** Outputs of products that share an input. */
    final List<FloatRows> qkv;
    final List<FloatRows> updates;
    final List<FloatRows> allLogits;
    final Products products;
    final TokenSteps tokenSteps;
    /** The network of a layer, or an expert. */
    final FeedForward feedForward;
    final Optional<MixtureOfExperts> experts;
    final EmbeddingRows embeddings;
    final RopeTables ropes;
    final KvCache cache;
    final SelfAttention selfAttention;

    RunState(ModelConfig c, DecoderWeights weights, int context, KvType kvType, Kernels kernels, WorkerPool pool, SegmentAllocator memory) {
        int panelRows = kernels.panelRows();
        int batch = Math.min(BATCH, context);
        x = FloatRows.allocate(memory, batch, c.dim(), panelRows);
        normed = Activations.allocate(memory, batch, c.dim(), panelRows, weights.typesFedByNorms());
        update = FloatRows.allocate(memory, batch, c.dim(), panelRows);
        q = FloatRows.allocate(memory, batch, c.queryDim(), panelRows);
        k = FloatRows.allocate(memory, batch, c.keysDim(), panelRows);
        v = FloatRows.allocate(memory, batch, c.valuesDim(), panelRows);
        attention = Activations.allocate(memory, batch, c.attentionDim(), panelRows, weights.typesFedByAttention());
        logits = FloatRows.allocate(memory, 1, c.vocabSize(), panelRows);
        qkv = List.of(q, k, v);
        updates = List.of(update);
        allLogits = List.of(logits);
        products = new Products(kernels, pool, weights.multiplied(), batch, memory);
        tokenSteps = new TokenSteps(c, kernels, pool, this);
        feedForward = new FeedForward(c.spec().network(), c.hiddenDim(), batch, weights.typesFedByHidden(), products, kernels, pool,
                memory);
        experts = c.experts().map(config -> new MixtureOfExperts(config, c, batch, weights, feedForward, products, kernels, pool, memory));
        embeddings = new EmbeddingRows(weights.embeddings(), memory);
        ropes = new RopeTables(c, weights.ropeFactors().of(context, c.trainedContext()), batch, memory);
        cache = new KvCache(SessionShape.of(c), kvType, context, memory);
        selfAttention = new SelfAttention(c, kernels, this, pool.threads(), memory);
    }

    /** About how many bytes the buffers take besides the cache; rounding is not counted, nor what a product works in. */
    static long scratchBytes(ModelConfig c, KvType kvType, int context, int threads, Kernels kernels) {
        long prepared = (long) c.dim() + c.attentionDim();
        long perToken = 2L * c.dim() + c.queryDim() + c.keysDim() + c.valuesDim() + PREPARED_FORMS * prepared;
        int batch = Math.min(BATCH, context);
        return (batch * perToken + c.vocabSize()) * Float.BYTES + batch * FeedForward.bytesPerToken(c.hiddenDim())
                + batch * c.experts().map(experts -> MixtureOfExperts.bytesPerToken(experts, c.dim())).orElse(0L)
                + SessionState.historyBytes(context)
                + RopeTables.byteSize(c, batch)
                + threads * SelfAttention.scratchBytes(c, new KvLayout(kvType, c.keyDim(), c.valueDim()), kernels);
    }

    /** Overwrites everything with zeros. */
    void zero() {
        List.of(x, update, q, k, v, logits).forEach(rows -> rows.data().fill((byte) 0));
        List.of(normed, attention).forEach(Activations::zero);
        products.zero();
        feedForward.zero();
        experts.ifPresent(MixtureOfExperts::zero);
        embeddings.zero();
        cache.zero();
        selfAttention.zero();
    }
}
