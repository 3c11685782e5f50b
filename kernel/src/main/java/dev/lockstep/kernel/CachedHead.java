package dev.lockstep.kernel;

import java.lang.foreign.MemorySegment;

/**
 * The keys and values of one head, as far as one query may look back. Memory is borrowed from the session's cache.
 *
 * @param keys float32, shape {@code (positions, keyDim)} from {@code keysOffset} bytes
 * @param values float32, shape {@code (positions, valueDim)} from {@code valuesOffset} bytes
 * @param positions number of positions to attend to
 * @param scale factor on the scores, usually 1/sqrt(keyDim)
 */
public record CachedHead(MemorySegment keys, long keysOffset, int keyDim, MemorySegment values, long valuesOffset,
        int valueDim, int positions, float scale) {
}
