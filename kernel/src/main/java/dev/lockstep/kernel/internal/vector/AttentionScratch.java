package dev.lockstep.kernel.internal.vector;

import dev.lockstep.kernel.KvLayout;

/**
 * Where things lie in the scratch memory of {@link VectorAttention}, in bytes. Everything is made of tiles: {@link #ROWS} queries
 * times {@link #COLUMNS} float32 numbers.
 *
 * <pre>
 * scores        (ROWS, COLUMNS positions of a block), later their weights
 * scaled        (ROWS, COLUMNS positions)    weights times the scales of values
 * scales        (PANEL)                      what a panel's columns are multiplied by
 * product       (ROWS, PANEL), rows a tile's rows apart      of a tile and a panel, before it is added
 * then for each tile of queries:
 *   maxima      (ROWS)                       the largest score so far
 *   sums        (ROWS, SUMS)                 sums of weights, one per vector lane
 *   queries     (chunks of keyDim, ROWS, COLUMNS dimensions)
 *   outputs     (chunks of valueDim, ROWS, COLUMNS dimensions)
 * </pre>
 */
final class AttentionScratch {
    /** Queries that share the work of reading a key or value. */
    static final int ROWS = 4;
    /** Numbers of a tile's row. */
    static final int COLUMNS = KvLayout.BLOCK;
    /** Bytes from one row of a tile to the next. */
    static final long ROW_BYTES = (long) COLUMNS * Float.BYTES;
    static final long TILE_BYTES = ROWS * ROW_BYTES;

    static final long SCORES = 0;
    static final long SCALED = SCORES + TILE_BYTES;
    static final long SCALES = SCALED + TILE_BYTES;
    static final long PRODUCT = SCALES + (long) KvLayout.PANEL * Float.BYTES;
    private static final long FIRST_TILE = PRODUCT + TILE_BYTES;

    /** Lanes of the longest vector. */
    static final int SUMS = 16;
    private static final long SUMS_BYTES = (long) SUMS * Float.BYTES;

    private static final long MAXIMA = 0;
    /** A cache line of its own keeps the rest aligned. */
    private static final long SUMS_AT = 64;
    private static final long QUERIES = SUMS_AT + ROWS * SUMS_BYTES;

    private AttentionScratch() {
    }

    static long byteSize(KvLayout layout, int queries) {
        return tile(layout, Math.ceilDiv(queries, ROWS));
    }

    /** Where tile {@code index} of queries begins. */
    static long tile(KvLayout layout, int index) {
        return FIRST_TILE + index * (output(layout, 0, 0) + chunks(layout.valueDim()) * TILE_BYTES);
    }

    static long max(long tile, int row) {
        return tile + MAXIMA + (long) row * Float.BYTES;
    }

    static long sums(long tile, int row) {
        return tile + SUMS_AT + row * SUMS_BYTES;
    }

    /** Where number {@code dim} of the first query of a tile lies, {@code dim} being the first of a chunk or group. */
    static long query(long tile, int dim) {
        return tile + QUERIES + inChunks(dim);
    }

    /** Where number {@code dim} of the first output of a tile lies. */
    static long output(KvLayout layout, long tile, int dim) {
        return query(tile, 0) + chunks(layout.keyDim()) * TILE_BYTES + inChunks(dim);
    }

    /** Tiles that it takes to hold {@code dims} numbers per row. */
    static long chunks(int dims) {
        // branchless, see KvLayout.panels
        return (dims + COLUMNS - 1) / COLUMNS;
    }

    private static long inChunks(int dim) {
        return dim / COLUMNS * TILE_BYTES + (long) (dim % COLUMNS) * Float.BYTES;
    }
}
