package dev.lockstep.app;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.lockstep.models.Session;
import dev.lockstep.securemem.SecureArena;
import java.io.IOException;
import java.lang.foreign.MemorySegment;

/** Turns from a pipe, a line each. They are never on the heap. */
final class PipeInput implements ChatInput {
    private static final long FIRST_BUFFER_BYTES = 64 << 10;

    private final Io io;
    private final SecureArena memory = SecureArena.open("standard input");
    private MemorySegment buffer = memory.allocate(FIRST_BUFFER_BYTES);
    /** Bytes from {@code begin} to before {@code end} were read from the pipe, and not handed out. */
    private long begin;
    private long end;

    PipeInput(Io io) {
        this.io = io;
    }

    @Override
    public MemorySegment next(SecureArena arena) throws IOException {
        long from = begin;
        while (true) {
            long at = lineEnd(from);
            if (at < 0 && begin == end) {
                return null;
            }
            long text = at < 0 ? end : withoutReturn(at);
            if (at < 0 || text == begin || buffer.get(JAVA_BYTE, text - 1) != '\\') {
                return take(at < 0 ? end : at, arena);
            }
            // what stands there instead of the backslash is a line break
            MemorySegment.copy(buffer, at, buffer, text - 1, end - at);
            end -= at - (text - 1);
            from = text;
        }
    }

    /** End of a line's text: before the carriage return that some systems put before the line break. */
    private long withoutReturn(long lineEnd) {
        return lineEnd > begin && buffer.get(JAVA_BYTE, lineEnd - 1) == '\r' ? lineEnd - 1 : lineEnd;
    }

    /** Offset of the next line break from {@code from} on, reading until there is one; -1 if the pipe ends before. */
    private long lineEnd(long from) throws IOException {
        long relative = from - begin;
        while (true) {
            for (; begin + relative < end; relative++) {
                if (buffer.get(JAVA_BYTE, begin + relative) == '\n') {
                    return begin + relative;
                }
            }
            makeRoom();
            int read = io.in().read(buffer.asSlice(end).asByteBuffer());
            if (read < 0) {
                return -1;
            }
            end += read;
        }
    }

    /** Moves what is left to the start, into a larger buffer if there is no room. */
    private void makeRoom() throws IOException {
        long size = end - begin;
        if (begin == 0 && size < buffer.byteSize()) {
            return;
        }
        if (size > TextInput.MAX_BYTES) {
            throw new IOException("a line of standard input is longer than " + TextInput.MAX_BYTES + " bytes");
        }
        MemorySegment target = size == buffer.byteSize() ? memory.allocate(2 * size) : buffer;
        MemorySegment.copy(buffer, begin, target, 0, size);
        buffer = target;
        begin = 0;
        end = size;
    }

    private MemorySegment take(long lineEnd, SecureArena arena) {
        long size = withoutReturn(lineEnd) - begin;
        MemorySegment line = arena.allocate(size);
        MemorySegment.copy(buffer, begin, line, 0, size);
        begin = Math.min(end, lineEnd + 1);
        return line;
    }

    /** Whoever interrupts a program without a terminal ends it. */
    @Override
    public void cancels(Session session) {
    }

    @Override
    public void close() {
        memory.close();
    }
}
