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
}
