package dev.lockstep.loader.internal;

import java.lang.foreign.MemorySegment;

/** Random access to the verified bytes of one file. Offsets count from its start; reading outside is a caller's bug. */
public interface ByteSource {
    /** Name of the file, for messages. */
    String name();

    /** Bytes in the file. */
    long byteSize();

    /** Copies {@code count} bytes from {@code offset} to {@code target} at {@code targetOffset}. */
    void copy(long offset, MemorySegment target, long targetOffset, long count);

    /**
     * Copies {@code count} bytes from {@code offset} to an array. Not by wrapping the array in a segment: kernels are compiled
     * for one kind of memory, and a second kind seen anywhere in the JVM makes every access slower.
     */
    void copy(long offset, byte[] target, int targetOffset, int count);

    /**
     * Nobody will read these bytes again: their memory may be zeroed and freed. No byte may be discarded twice, which is why nothing
     * happens unless whoever holds the bytes says otherwise.
     */
    default void discard(long offset, long count) { }
}
