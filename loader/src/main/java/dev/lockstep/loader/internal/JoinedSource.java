package dev.lockstep.loader.internal;

import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Several files as if they lay one behind the other. Borrows them.
 *
 * @param parts at least one
 */
public record JoinedSource(List<ByteSource> parts) implements ByteSource {
    public JoinedSource {
        parts = List.copyOf(parts);
    }

    /** That of the first, for messages. */
    @Override
    public String name() {
        return parts.getFirst().name();
    }

    @Override
    public long byteSize() {
        return parts.stream().mapToLong(ByteSource::byteSize).sum();
    }

    @Override
    public void copy(long offset, MemorySegment target, long targetOffset, long count) {
        in(offset, count, (part, within) -> part.copy(within, target, targetOffset, count));
    }

    @Override
    public void copy(long offset, byte[] target, int targetOffset, int count) {
        in(offset, count, (part, within) -> part.copy(within, target, targetOffset, count));
    }

    @Override
    public void discard(long offset, long count) {
        in(offset, count, (part, within) -> part.discard(within, count));
    }

    private interface PartTask {
        void run(ByteSource part, long within);
    }

    /** A tensor lies in one file. */
    private void in(long offset, long count, PartTask task) {
        long start = 0;
        for (ByteSource part : parts) {
            if (offset >= start && offset - start <= part.byteSize() - count) {
                task.run(part, offset - start);
                return;
            }
            start += part.byteSize();
        }
        throw new IndexOutOfBoundsException("offset=" + offset + ", count=" + count + " is not inside of one part");
    }
}
