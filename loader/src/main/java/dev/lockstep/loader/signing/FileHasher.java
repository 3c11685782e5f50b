package dev.lockstep.loader.signing;

import dev.lockstep.securemem.SecureArena;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Hashes files through one off-heap buffer that is zeroed on close. Use one for a whole tree; one thread at a time. */
final class FileHasher implements AutoCloseable {
    private static final int BUFFER_BYTES = 1 << 20;

    private final SecureArena arena = SecureArena.open("file hashing");
    private final MemorySegment buffer = arena.allocate(BUFFER_BYTES);
    private final SegmentDigest digest = new SegmentDigest();

    /** SHA-256 of the file's bytes; a symbolic link is an error, it is never followed. */
    byte[] sha256(Path file) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
            var target = buffer.asByteBuffer();
            while (channel.read(target) >= 0) {
                if (!target.hasRemaining()) {
                    digest.update(buffer);
                    target.clear();
                }
            }
            digest.update(buffer.asSlice(0, target.position()));
            return digest.digest();
        } catch (IOException e) {
            digest.digest();
            throw e;
        }
    }

    @Override
    public void close() {
        arena.close();
    }
}
