package dev.lockstep.models.internal;

import dev.lockstep.kernel.FloatRows;
import dev.lockstep.kernel.Kernels;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.util.Arrays;
import java.util.List;

/**
 * The buffers of one session, one row per token of a batch. Memory belongs to the session's arena. Strides are rounded up to
 * whole panels because kernels write whole panels.
 */
final class RunState {
    /** Tokens that go through the layers together while a prompt is read. */
    static final int BATCH = 32;

    /** The residual stream: (batch, dim). */
    final FloatRows x;
    /** Normalized input of a sublayer, later its output: (batch, dim). */
    final FloatRows normed;
    /** Output of a sublayer before it joins the residual stream: (batch, dim). */
    final FloatRows update;
    /** (batch, nHeads * keyDim). */
    final FloatRows q;
    /** (batch, nKvHeads * keyDim). */
    final FloatRows k;
    /** (batch, nKvHeads * valueDim). */
    final FloatRows v;
    /** (batch, nHeads * valueDim). */
    final FloatRows attention;
    /** (batch, hiddenDim). */
    final FloatRows gate;
    /** (batch, hiddenDim). */
    final FloatRows up;
    /** Attention scores, one row per thread: (threads, context). */
    final FloatRows scores;
    /** Logits of one token: (1, vocabSize). */
    final FloatRows logits;
    /** Scratch of the matrix products, one per thread. */
    private final MemorySegment[] matMulScratch;
    /** Room for one row of the embedding matrix as it is stored. */
    final MemorySegment encodedRow;
    final RopeTable rope;
    final KvCache cache;

    RunState(ModelConfig c, DecoderWeights weights, int context, int threads, Kernels kernels, SegmentAllocator memory) {
        int panelRows = kernels.panelRows();
        x = FloatRows.allocate(memory, BATCH, c.dim(), panelRows);
        normed = FloatRows.allocate(memory, BATCH, c.dim(), panelRows);
        update = FloatRows.allocate(memory, BATCH, c.dim(), panelRows);
        q = FloatRows.allocate(memory, BATCH, c.queryDim(), panelRows);
        k = FloatRows.allocate(memory, BATCH, c.keysDim(), panelRows);
        v = FloatRows.allocate(memory, BATCH, c.valuesDim(), panelRows);
        attention = FloatRows.allocate(memory, BATCH, c.attentionDim(), panelRows);
        gate = FloatRows.allocate(memory, BATCH, c.hiddenDim(), panelRows);
        up = FloatRows.allocate(memory, BATCH, c.hiddenDim(), panelRows);
        scores = FloatRows.allocate(memory, threads, context, panelRows);
        logits = FloatRows.allocate(memory, 1, c.vocabSize(), panelRows);
        matMulScratch = new MemorySegment[threads];
        Arrays.setAll(matMulScratch, worker -> memory.allocate(scratchBytes(weights, kernels)));
        encodedRow = memory.allocate(weights.tokenEmbedding().layout().rowBytes());
        rope = new RopeTable(c, weights.ropeFactors(), BATCH, memory);
        cache = new KvCache(c, context, memory);
    }

    private static long scratchBytes(DecoderWeights weights, Kernels kernels) {
        return weights.matrices().mapToLong(matrix -> kernels.matMulScratchBytes(matrix.layout())).max().orElse(0);
    }

    /** Scratch for the matrix products of one thread. */
    MemorySegment matMulScratch(int worker) {
        return matMulScratch[worker];
    }

    /** About how many bytes the buffers take besides the cache; rounding of strides is not counted. */
    static long scratchBytes(ModelConfig c, int context, int threads) {
        long perToken = 3L * c.dim() + c.queryDim() + c.keysDim() + c.valuesDim() + c.attentionDim() + 2L * c.hiddenDim();
        return (BATCH * perToken + (long) threads * context + c.vocabSize()) * Float.BYTES + RopeTable.byteSize(c, BATCH);
    }

    /** Overwrites everything with zeros. */
    void zero() {
        List.of(x, normed, update, q, k, v, attention, gate, up, scores, logits).forEach(rows -> rows.data().fill((byte) 0));
        List.of(matMulScratch).forEach(scratch -> scratch.fill((byte) 0));
        encodedRow.fill((byte) 0);
        cache.zero();
    }
}
