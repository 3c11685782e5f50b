package dev.lockstep.loader.internal;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * A part of a file that is a file itself.
 *
 * @param whole borrowed
 * @param name of the part, for messages
 * @param from first byte, counted from that of the whole
 */
public record SlicedSource(ByteSource whole, String name, long from, long byteSize) implements ByteSource {
    public SlicedSource {
        Objects.checkFromIndexSize(from, byteSize, whole.byteSize());
    }

    @Override
    public void copy(long offset, MemorySegment target, long targetOffset, long count) {
        Objects.checkFromIndexSize(offset, count, byteSize);
        whole.copy(from + offset, target, targetOffset, count);
    }

    @Override
    public void copy(long offset, byte[] target, int targetOffset, int count) {
        Objects.checkFromIndexSize(offset, count, byteSize);
        whole.copy(from + offset, target, targetOffset, count);
    }

    @Override
    public void discard(long offset, long count) {
        Objects.checkFromIndexSize(offset, count, byteSize);
        whole.discard(from + offset, count);
    }
}
