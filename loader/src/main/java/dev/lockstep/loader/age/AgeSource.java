package dev.lockstep.loader.age;

import java.io.IOException;

/** An encrypted file, read by position. Any number of threads may read. */
public interface AgeSource {
    /** Name of the file, for messages. */
    String name();

    /** Bytes of the file. */
    long byteSize();

    /**
     * Reads bytes that are there.
     *
     * @param target filled from {@code offset} in it with {@code count} bytes
     */
    void read(long position, byte[] target, int offset, int count) throws IOException;
}
