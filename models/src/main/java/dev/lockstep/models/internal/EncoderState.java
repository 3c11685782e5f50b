package dev.lockstep.models.internal;

import dev.lockstep.kernel.Activations;
import dev.lockstep.kernel.FloatRows;
import dev.lockstep.kernel.Kernels;
import dev.lockstep.kernel.KvLayout;
import dev.lockstep.kernel.KvType;
import dev.lockstep.kernel.WorkerPool;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The buffers of an encoder: of the whole text what every token reads of the others, of a batch everything else. Memory belongs to the
 * model's arena. One text at a time.
 */
final class EncoderState {
    /** Single precision: there is only one layer of it, and rounding would show in the embedding. */
    static final KvType KV_TYPE = KvType.F32;

    /** Hidden states: (positions, dim). */
    final FloatRows x;
    /** (positions, dim). */
    final FloatRows q;
    /** Keys and values of one layer, which the next one overwrites. */
    final KvCache cache;
    final Optional<RopeTable> rope;
    /** Hidden states of a batch, for the kernels: (batch, dim). */
    final Activations input;
    /** (batch, dim). */
    final FloatRows k;
    /** (batch, dim). */
    final FloatRows v;
    /** (batch, dim). */
    final Activations attention;
    /** What a sublayer gives: (batch, dim). */
    final FloatRows update;
    final List<FloatRows> updates;
    final Products products;
    final FeedForward feedForward;
    final EmbeddingRows embeddings;
    /** Scratch of the attention kernel, one per thread. */
    final MemorySegment[] attentionScratch;

    EncoderState(EncoderConfig c, EncoderWeights weights, int positions, Kernels kernels, WorkerPool pool, SegmentAllocator memory) {
        int panelRows = kernels.panelRows();
        int batch = batch(positions);
        x = FloatRows.allocate(memory, positions, c.dim(), panelRows);
        q = FloatRows.allocate(memory, positions, c.dim(), panelRows);
        cache = new KvCache(shapeOfOneLayer(c), KV_TYPE, positions, memory);
        rope = c.rope().dim() == 0 ? Optional.empty()
                : Optional.of(new RopeTable(c.rope(), c.spec().positions().pairing(), Optional.empty(), positions, memory));
        input = Activations.allocate(memory, batch, c.dim(), panelRows, weights.typesFedByHiddenStates());
        k = FloatRows.allocate(memory, batch, c.dim(), panelRows);
        v = FloatRows.allocate(memory, batch, c.dim(), panelRows);
        attention = Activations.allocate(memory, batch, c.dim(), panelRows, weights.typesFedByAttention());
        update = FloatRows.allocate(memory, batch, c.dim(), panelRows);
        updates = List.of(update);
        products = new Products(kernels, pool, weights.multiplied(), batch, memory);
        feedForward = new FeedForward(c.spec().network(), c.hiddenDim(), batch, weights.typesFedByNetworks(), products, kernels, pool, memory);
        embeddings = new EmbeddingRows(weights.embeddings(), memory);
        attentionScratch = new MemorySegment[pool.threads()];
        Arrays.setAll(attentionScratch, _ -> memory.allocate(attentionScratchBytes(c, kernels)));
    }

    private static int batch(int positions) {
        return Math.min(RunState.BATCH, positions);
    }

    private static SessionShape shapeOfOneLayer(EncoderConfig c) {
        return new SessionShape(1, c.nHeads(), c.headDim(), c.headDim(), c.vocabSize());
    }

    private static long attentionScratchBytes(EncoderConfig c, Kernels kernels) {
        return kernels.attentionScratchBytes(new KvLayout(KV_TYPE, c.headDim(), c.headDim()), Encoder.TOKENS_PER_TASK);
    }

    /** Bytes of the keys and values. */
    static long cacheBytes(EncoderConfig c, int positions) {
        return shapeOfOneLayer(c).cacheBytes(KV_TYPE, positions);
    }

    /** About how many bytes the buffers take besides keys and values; rounding is not counted, nor what a product works in. */
    static long scratchBytes(EncoderConfig c, int positions, int threads, Kernels kernels) {
        long perToken = (3L + 2 * RunState.PREPARED_FORMS) * c.dim() * Float.BYTES + FeedForward.bytesPerToken(c.hiddenDim());
        return 2L * positions * c.dim() * Float.BYTES + batch(positions) * perToken + RopeTable.byteSize(c.rope(), positions)
                + threads * attentionScratchBytes(c, kernels);
    }

    /** Overwrites with zeros what a text of so many tokens left. */
    void zero(int positions) {
        for (FloatRows rows : List.of(x, q)) {
            rows.data().asSlice(0, (long) positions * rows.stride() * Float.BYTES).fill((byte) 0);
        }
        cache.blocks(positions).forEach(block -> block.fill((byte) 0));
        List.of(k, v, update).forEach(rows -> rows.data().fill((byte) 0));
        List.of(input, attention).forEach(Activations::zero);
        products.zero();
        feedForward.zero();
        embeddings.zero();
        for (MemorySegment scratch : attentionScratch) {
            scratch.fill((byte) 0);
        }
    }
}
