package dev.lockstep.loader.internal;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/** The bytes of one file that is read once, from its first to its last: as they lie there, or decrypted. */
interface PlainBytes {
    /** Name of what is read, without its folder. */
    String name();

    /** How many there are. */
    long byteSize();

    /** Fills a segment from a position on, which is where the last call ended. */
    void read(long offset, MemorySegment target) throws IOException;

    /** @throws IOException if there are more by now */
    void requireSameSize() throws IOException;
}
