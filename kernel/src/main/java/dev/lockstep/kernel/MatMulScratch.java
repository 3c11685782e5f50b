package dev.lockstep.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.util.List;

/**
 * Memory in which one thread works while it multiplies matrices. What is left in it is made of weights and activations. Memory
 * is borrowed from the allocator. R is the number of rows of a panel.
 *
 * @param weights a stretch of unpacked weights, {@value #STRETCH_BYTES} bytes: float32 or int16, shape (columns, R)
 * @param shorts the same in 16 bits on the way to floats; scales of scales as bytes
 * @param scales float32, (columns / 16, R)
 * @param offsets float32, (columns / 16, R)
 * @param factors float32, (columns / 256, R): scales of scales
 * @param offsetFactors float32, (columns / 256, R): scales of offsets
 * @param sums int16, (columns / 32, R) for one token, or (columns of a stretch / 8, tokens of a tile, R)
 * @param wideSums int32, (columns of a stretch / 16, R)
 * @param results float32, (tokens, R), the tokens rounded up to whole tiles
 * @param encodedRow one row as it is in the file: at most 4 bytes per column
 * @param row float32, (columns)
 */
public record MatMulScratch(MemorySegment weights, MemorySegment shorts, MemorySegment scales, MemorySegment offsets,
        MemorySegment factors, MemorySegment offsetFactors, MemorySegment sums,
        MemorySegment wideSums, MemorySegment results,
        MemorySegment encodedRow, MemorySegment row) {
    /** Half of the smallest first-level cache there is today: the other half is for activations and sums. */
    public static final int STRETCH_BYTES = 16 << 10;

    /**
     * @param maxColumns of all matrices that will be multiplied
     * @param maxTokens most tokens at a time
     */
    public static MatMulScratch allocate(SegmentAllocator memory, long maxColumns, int maxTokens, int panelRows) {
        long rowFloats = (long) panelRows * Float.BYTES;
        long rowShorts = (long) panelRows * Short.BYTES;
        long sums = Math.max(Math.ceilDiv(maxColumns, 32) * rowShorts, STRETCH_BYTES / 8L * Activations.TILE);
        return new MatMulScratch(
                memory.allocate(STRETCH_BYTES),
                memory.allocate(STRETCH_BYTES / 2),
                memory.allocate(Math.ceilDiv(maxColumns, 16) * rowFloats),
                memory.allocate(Math.ceilDiv(maxColumns, 16) * rowFloats),
                memory.allocate(Math.ceilDiv(maxColumns, 256) * rowFloats),
                memory.allocate(Math.ceilDiv(maxColumns, 256) * rowFloats),
                memory.allocate(sums),
                memory.allocate(STRETCH_BYTES / 8),
                memory.allocate((long) Activations.tiles(maxTokens) * Activations.TILE * rowFloats),
                memory.allocate(maxColumns * Float.BYTES),
                memory.allocate(maxColumns * Float.BYTES));
    }

    /** Overwrites everything with zeros. */
    public void zero() {
        List.of(weights, shorts, scales, offsets, factors, offsetFactors, sums, wideSums, results, encodedRow, row)
                .forEach(part -> part.fill((byte) 0));
    }
}
