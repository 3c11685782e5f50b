package dev.lockstep.app;

import dev.lockstep.securemem.SecureArena;
import java.lang.foreign.MemorySegment;

/** An answer as it grows, in secure memory. */
final class AnswerText {
    private static final long FIRST_BYTES = 4096;

    private final SecureArena memory;
    private MemorySegment buffer;
    private long size;

    /** @param memory borrowed */
    AnswerText(SecureArena memory) {
        this.memory = memory;
        this.buffer = memory.allocate(FIRST_BYTES);
    }

    void append(MemorySegment utf8) {
        if (utf8.byteSize() > buffer.byteSize() - size) {
            buffer = memory.allocate(Math.max(2 * buffer.byteSize(), size + utf8.byteSize())).copyFrom(buffer);
        }
        MemorySegment.copy(utf8, 0, buffer, size, utf8.byteSize());
        size += utf8.byteSize();
    }

    MemorySegment utf8() {
        return buffer.asSlice(0, size);
    }
}
