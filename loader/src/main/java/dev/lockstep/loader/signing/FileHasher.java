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
    private final HashPlan plan;

    FileHasher(HashPlan plan) {
        this.plan = plan;
    }

    /** The digests of the file's bytes; a symbolic link is an error, it is never followed. */
    FileDigests digests(Path file) throws IOException {
        var digest = new PlannedDigest(plan);
        try (var channel = FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
            var target = buffer.asByteBuffer();
            while (channel.read(target) >= 0) {
                if (!target.hasRemaining()) {
                    digest.update(buffer);
                    target.clear();
                }
            }
            digest.update(buffer.asSlice(0, target.position()));
            return digest.finish();
        }
    }

    @Override
    public void close() {
        arena.close();
    }
}
