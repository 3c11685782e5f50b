package dev.lockstep.app;

import dev.lockstep.securemem.SecureArena;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The text a command works on, in secure memory. */
final class TextInput {
    /** Nobody types more; a longer pipe is refused instead of filling the memory. */
    static final long MAX_BYTES = 64L << 20;

    private static final long FIRST_BUFFER_BYTES = 64 << 10;
    private static final long CHECKED_CHARS = 4096;

    private TextInput() {
    }

    /** A command-line argument. The JVM and the kernel hold it too, for as long as the process lives. */
    static MemorySegment ofArgument(String text, SecureArena arena) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        MemorySegment segment = arena.allocate(utf8.length);
        MemorySegment.copy(utf8, 0, segment, ValueLayout.JAVA_BYTE, 0, utf8.length);
        return segment;
    }

    /** Standard input to its end, as it is. */
    static MemorySegment ofStdin(Io io, SecureArena arena) throws IOException {
        return of(io.in(), "standard input", arena);
    }

    /** A whole file, as it is. */
    static MemorySegment ofFile(Path file, SecureArena arena) throws IOException {
        try (var channel = FileChannel.open(file)) {
            return of(channel, file.toString(), arena);
        }
    }

    /**
     * Offset of the first byte that is no UTF-8; -1 if there is none.
     *
     * @param arena for a part of the text as UTF-16: 8 KiB
     */
    static long malformedAt(MemorySegment text, SecureArena arena) {
        var decoder = StandardCharsets.UTF_8.newDecoder();
        ByteBuffer bytes = text.asByteBuffer();
        CharBuffer chars = arena.allocate(CHECKED_CHARS * Character.BYTES).asByteBuffer().asCharBuffer();
        while (true) {
            CoderResult result = decoder.decode(bytes, chars, true);
            if (!result.isOverflow()) {
                return result.isError() ? bytes.position() : -1;
            }
            chars.clear();
        }
    }

    private static MemorySegment of(ReadableByteChannel in, String name, SecureArena arena) throws IOException {
        MemorySegment buffer = arena.allocate(FIRST_BUFFER_BYTES);
        long size = 0;
        while (true) {
            int read = in.read(buffer.asSlice(size).asByteBuffer());
            if (read < 0) {
                return buffer.asSlice(0, size);
            }
            size += read;
            if (size > MAX_BYTES) {
                throw new IOException(name + " is longer than " + MAX_BYTES + " bytes");
            }
            if (size == buffer.byteSize()) {
                buffer = arena.allocate(2 * size).copyFrom(buffer);
            }
        }
    }
}
