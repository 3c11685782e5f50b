package dev.lockstep.kernel.internal.vector;

import static dev.lockstep.kernel.KvLayout.BLOCK;
import static dev.lockstep.kernel.KvLayout.PANEL;
import static dev.lockstep.kernel.internal.vector.AttentionScratch.COLUMNS;
import static dev.lockstep.kernel.internal.vector.AttentionScratch.ROWS;
import static dev.lockstep.kernel.internal.vector.AttentionScratch.ROW_BYTES;
import static dev.lockstep.kernel.internal.vector.AttentionScratch.SCALED;
import static dev.lockstep.kernel.internal.vector.AttentionScratch.SCORES;
import static dev.lockstep.kernel.internal.vector.AttentionScratch.TILE_BYTES;

import dev.lockstep.kernel.AttentionSpec;
import dev.lockstep.kernel.CachedHead;
import dev.lockstep.kernel.FloatRows;
import dev.lockstep.kernel.KvLayout;
import dev.lockstep.kernel.KvType;
import dev.lockstep.quant.LittleEndian;
import java.lang.foreign.MemorySegment;

/**
 * Attention block by block (Dao et al. 2022): while a block of keys and values is in the first-level cache, all queries pass over
 * it, four at a time. Of the scores, only those of one block and four queries exist at a time.
 *
 * <p>The queries of all heads and tokens that go through together are numbered, token by token. Each is a row of a tile and never
 * meets another: its result does not depend on its neighbours. A block of which it sees nothing leaves a row as it was: its
 * weights are zero, and so is a weight times a value, because the cache holds finite numbers only.
 */
final class VectorAttention {
    /**
     * The product with an F16 panel is 2^{@value TileProduct#F16_EXPONENT_GAP} times too small. Half of the powers go to the
     * query and half to the score, so that nothing overflows; a weight is at most 1 and takes all.
     */
    private static final float F16_HALF_GAP = Math.scalb(1f, TileProduct.F16_EXPONENT_GAP / 2);
    private static final float F16_GAP = F16_HALF_GAP * F16_HALF_GAP;

    private VectorAttention() {
    }

    /** What {@link dev.lockstep.kernel.Kernels#attention} says. */
    static void attend(CachedHead cache, AttentionSpec spec, int kvHead, FloatRows q, FloatRows out, int firstToken, int tokens,
            int position, MemorySegment s) {
        int queries = tokens * spec.heads();
        begin(cache.layout(), spec, kvHead, q, firstToken, queries, s);
        for (int block = spec.firstVisible(position) / BLOCK * BLOCK; block < spec.endVisible(position + tokens - 1); block += BLOCK) {
            for (int first = 0; first < queries; first += ROWS) {
                attendBlock(cache, spec, block, position, first, Math.min(first + ROWS, queries), s);
            }
        }
        end(cache.layout(), spec, kvHead, out, firstToken, queries, s);
    }

    private static void begin(KvLayout layout, AttentionSpec spec, int kvHead, FloatRows q, int firstToken, int queries,
            MemorySegment s) {
        float factor = spec.scale() * (layout.type() == KvType.F16 ? F16_HALF_GAP : 1);
        for (int query = 0; query < queries; query++) {
            long tile = AttentionScratch.tile(layout, query / ROWS);
            if (query % ROWS == 0) {
                AttentionTile.clear(layout, s, tile);
            }
            long from = head(spec, kvHead, q, firstToken, query, layout.keyDim());
            AttentionTile.setQuery(s, tile, query % ROWS, q.data(), from, layout.keyDim(), factor);
        }
    }

    private static void end(KvLayout layout, AttentionSpec spec, int kvHead, FloatRows out, int firstToken, int queries,
            MemorySegment s) {
        for (int query = 0; query < queries; query++) {
            long to = head(spec, kvHead, out, firstToken, query, layout.valueDim());
            AttentionTile.finish(layout, s, AttentionScratch.tile(layout, query / ROWS), query % ROWS, out.data(), to);
        }
    }

    /** Byte offset of the head that a query belongs to, in rows of (tokens, all query heads, headDim). */
    private static long head(AttentionSpec spec, int kvHead, FloatRows rows, int firstToken, int query, int headDim) {
        long head = (long) kvHead * spec.heads() + query % spec.heads();
        return rows.offset(firstToken + query / spec.heads()) + head * headDim * Float.BYTES;
    }

    /**
     * Leads one tile past one block.
     *
     * @param block its first position
     * @param position of the first token
     * @param first query of the tile
     * @param end of its queries
     */
    private static void attendBlock(CachedHead cache, AttentionSpec spec, int block, int position, int first, int end,
            MemorySegment s) {
        int visibleTo = spec.endVisible(position + (end - 1) / spec.heads()) - block;
        int visibleFrom = spec.firstVisible(position + first / spec.heads()) - block;
        if (visibleTo <= 0 || visibleFrom >= BLOCK) {
            return;
        }
        KvLayout layout = cache.layout();
        long tile = AttentionScratch.tile(layout, first / ROWS);
        int rows = Math.min(visibleTo, BLOCK);
        scores(cache, cache.block(block), rows, s, tile);
        for (int query = first; query < end; query++) {
            int own = position + query / spec.heads();
            softmax(layout, spec, spec.firstVisible(own) - block, spec.endVisible(own) - block, s, tile, query % ROWS);
        }
        values(cache, cache.block(block), rows, s, tile);
    }

    /** scores = queries · Kᵀ, for whole panels, the hidden positions among them included. */
    private static void scores(CachedHead cache, long block, int rows, MemorySegment s, long tile) {
        KvLayout layout = cache.layout();
        AttentionTile.zero(s, SCORES, SCORES + TILE_BYTES);
        // dimensions that share a scale, or as many as a tile of queries holds
        int step = layout.type().isScaled() ? PANEL : COLUMNS;
        for (int panel = 0; panel * PANEL < rows; panel++) {
            for (int dim = 0; dim < layout.keyDim(); dim += step) {
                if (layout.type().isScaled()) {
                    PanelScales.copy(cache.memory(), block + layout.keyScales(panel, dim / PANEL), s);
                }
                long keys = block + layout.keyPanel(panel) + (long) dim * layout.type().rowBytes();
                TileProduct.multiply(layout.type(), cache.memory(), keys, Math.min(step, layout.keyDim() - dim),
                        s, AttentionScratch.query(tile, dim), SCORES + (long) panel * PANEL * Float.BYTES);
            }
        }
    }

    /** Makes weights of the scores of one query, of which it sees {@code from} (inclusive) to {@code to} (exclusive). */
    private static void softmax(KvLayout layout, AttentionSpec spec, int from, int to, MemorySegment s, long tile, int row) {
        long scores = SCORES + row * ROW_BYTES;
        boolean halves = layout.type() == KvType.F16;
        if (halves) {
            OnlineSoftmax.multiply(s, scores, COLUMNS, F16_HALF_GAP);
        }
        if (spec.softCap() > 0) {
            VectorFunctions.softCap(s, scores, spec.softCap(), COLUMNS);
        }
        if (from > 0 || to < COLUMNS) {
            OnlineSoftmax.hide(s, scores, from, to);
        }
        float before = s.get(LittleEndian.FLOAT, AttentionScratch.max(tile, row));
        float max = OnlineSoftmax.max(s, scores);
        if (max > before) {
            s.set(LittleEndian.FLOAT, AttentionScratch.max(tile, row), max);
            AttentionTile.shrink(layout, s, tile, row, (float) Math.exp(before - max));
        }
        OnlineSoftmax.weigh(s, scores, Math.max(before, max), halves ? F16_GAP : 1, AttentionScratch.sums(tile, row));
    }

    /** outputs += weights · V. */
    private static void values(CachedHead cache, long block, int rows, MemorySegment s, long tile) {
        KvLayout layout = cache.layout();
        long weights = layout.type().isScaled() ? SCALED : SCORES;
        PanelScales.one(s);
        for (int panel = 0; panel < layout.valuePanels(); panel++) {
            if (layout.type().isScaled()) {
                PanelScales.apply(cache.memory(), block + layout.valueScales(panel), s);
            }
            TileProduct.multiply(layout.type(), cache.memory(), block + layout.valuePanel(panel), rows,
                    s, weights, AttentionScratch.output(layout, tile, panel * PANEL));
        }
    }
}
