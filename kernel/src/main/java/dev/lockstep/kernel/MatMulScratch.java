package dev.lockstep.kernel;

import dev.lockstep.kernel.internal.FloatSums;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.util.List;

/**
 * Memory in which one thread works while it multiplies matrices. What is left in it is made of weights and activations. Memory
 * is borrowed from the allocator. R is the number of rows of a panel; shapes are the largest that any type needs.
 *
 * @param weights unpacked weights: int16, shape (STRETCH, R), float64, (STRETCH, R / 4), or float32, (64, R); or a row on its way
 *     out of a panel
 * @param shorts weights on their way to floats, int16, shape (64, R); packed scales, bytes, (16, R)
 * @param scales float32: of whole rows, shape (columns / 32, R), or of a stretch, (STRETCH / 16, R)
 * @param multiples float32, shape (STRETCH / 16, R): minima, before they become offsets
 * @param offsets float32, shape (columns / 16, R): of all groups, or, for a token alone and Q4_K, what chunks of columns add to the
 *     results, (columns / 2048, R)
 * @param factors float32, shape (R): scales of scales
 * @param offsetFactors float32, shape (R): scales of minima
 * @param sums of a stretch: int16, shape (QUAD, STRETCH / 8, R), float32, (QUAD, R), or float64, (STRETCH / 32, TILE / TRIPLE, R / 4)
 * @param part parts of results before they are added: float32, shape (TILE, R / 4), or (R) with two vectors of exponents behind it
 * @param results float32, shape (tokens, R), the tokens rounded up to whole tiles
 * @param encodedRow one row as it is in the file: at most 4 bytes per column
 * @param row float32, shape (columns)
 */
public record MatMulScratch(MemorySegment weights, MemorySegment shorts, MemorySegment scales, MemorySegment multiples,
        MemorySegment offsets, MemorySegment factors, MemorySegment offsetFactors, MemorySegment sums, MemorySegment part,
        MemorySegment results, MemorySegment encodedRow, MemorySegment row) {
    /** Columns that are unpacked at a time: a block of the K types. */
    public static final int STRETCH = 256;

    /** Blocks of 32 columns in a stretch. */
    public static final int STRETCH_BLOCKS = STRETCH / 32;

    /** Kernels take whole slices; so many rows of scales are readable behind the last. */
    private static final int SLACK_ROWS = 64;

    /** What scalar code needs to take a row out of panels that are narrower than any vector's, in bytes. */
    private static final long ROW_BYTES = 4 << 10;

    /**
     * @param maxColumns of all matrices that will be multiplied
     * @param maxTokens most tokens at a time
     */
    public static MatMulScratch allocate(SegmentAllocator memory, long maxColumns, int maxTokens, int panelRows) {
        long row = (long) panelRows * Float.BYTES;
        long tokens = (long) Activations.tiles(maxTokens) * Activations.TILE;
        return new MatMulScratch(
                memory.allocate(Math.max(ROW_BYTES, (long) STRETCH * panelRows * Short.BYTES)),
                memory.allocate((long) FloatSums.CHUNK * panelRows * Short.BYTES),
                memory.allocate((Math.ceilDiv(maxColumns, 32) + SLACK_ROWS) * row),
                memory.allocate(STRETCH / 16 * row),
                memory.allocate((Math.ceilDiv(maxColumns, 16) + SLACK_ROWS) * row),
                memory.allocate(row),
                memory.allocate(row),
                memory.allocate((long) STRETCH / 8 * Activations.QUAD * panelRows * Short.BYTES),
                memory.allocate(Activations.TILE * row / 4),
                memory.allocate(tokens * row),
                memory.allocate(maxColumns * Float.BYTES),
                memory.allocate(maxColumns * Float.BYTES));
    }

    /** Overwrites everything with zeros. */
    public void zero() {
        List.of(weights, shorts, scales, multiples, offsets, factors, offsetFactors, sums, part, results, encodedRow, row)
                .forEach(segment -> segment.fill((byte) 0));
    }
}
