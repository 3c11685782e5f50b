package dev.lockstep.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.util.List;

/**
 * Memory in which one thread works while it multiplies matrices. What is left in it is made of weights and activations. Memory
 * is borrowed from the allocator. R is the number of rows of a panel; shapes are the largest that any type needs.
 *
 * @param weights unpacked weights of a stretch: float64, float32 or int16, shape (STRETCH, R)
 * @param shorts the same in 16 bits on the way to floats; scales of scales as bytes
 * @param scales float32: of whole rows, shape (columns / 32, R), or of a stretch, (STRETCH / 16, R)
 * @param multiples float32, shape (STRETCH / 16, R): minima, before they become offsets
 * @param offsets float32, shape (columns / 16, R)
 * @param factors float32, shape (R): scales of scales
 * @param offsetFactors float32, shape (R): scales of minima
 * @param sums of a stretch: int16 (STRETCH / 8, tokens of a quad, R), int32 (STRETCH / 32, R) or float64 (STRETCH / 32, R)
 * @param part float32, shape (TILE, R): parts of results before they are added
 * @param results float32, shape (tokens, R), the tokens rounded up to whole tiles
 * @param encodedRow one row as it is in the file: at most 4 bytes per column
 * @param row float32, shape (columns)
 */
public record MatMulScratch(MemorySegment weights, MemorySegment shorts, MemorySegment scales, MemorySegment multiples,
        MemorySegment offsets, MemorySegment factors, MemorySegment offsetFactors, MemorySegment sums, MemorySegment part,
        MemorySegment results, MemorySegment encodedRow, MemorySegment row) {
    /** Columns that are unpacked at a time: a block of the K types. */
    public static final int STRETCH = 256;

    /** Kernels take whole slices; so many rows of scales are readable behind the last. */
    private static final int SLACK_ROWS = 64;

    /**
     * @param maxColumns of all matrices that will be multiplied
     * @param maxTokens most tokens at a time
     */
    public static MatMulScratch allocate(SegmentAllocator memory, long maxColumns, int maxTokens, int panelRows) {
        long row = (long) panelRows * Float.BYTES;
        long tokens = (long) Activations.tiles(maxTokens) * Activations.TILE;
        return new MatMulScratch(
                memory.allocate((long) STRETCH * panelRows * Double.BYTES),
                memory.allocate((long) STRETCH * panelRows * Short.BYTES),
                memory.allocate((Math.ceilDiv(maxColumns, 32) + SLACK_ROWS) * row),
                memory.allocate(STRETCH / 16 * row),
                memory.allocate((Math.ceilDiv(maxColumns, 16) + SLACK_ROWS) * row),
                memory.allocate(row),
                memory.allocate(row),
                memory.allocate((long) STRETCH / 8 * Activations.QUAD * panelRows * Short.BYTES),
                memory.allocate(Activations.TILE * row),
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
