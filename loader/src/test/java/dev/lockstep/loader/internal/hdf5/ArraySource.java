package dev.lockstep.loader.internal.hdf5;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.lockstep.loader.internal.ByteSource;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A file that a test wrote.
 *
 * @param copied bytes that were copied to other memory so far
 */
record ArraySource(byte[] bytes, AtomicLong copied) implements ByteSource {
    ArraySource(byte[] bytes) {
        this(bytes, new AtomicLong());
    }

    @Override
    public String name() {
        return "test.h5";
    }

    @Override
    public long byteSize() {
        return bytes.length;
    }

    @Override
    public void copy(long offset, MemorySegment target, long targetOffset, long count) {
        copied.addAndGet(count);
        MemorySegment.copy(bytes, Math.toIntExact(offset), target, JAVA_BYTE, targetOffset, Math.toIntExact(count));
    }

    @Override
    public void copy(long offset, byte[] target, int targetOffset, int count) {
        System.arraycopy(bytes, Math.toIntExact(offset), target, targetOffset, count);
    }
}
