package dev.lockstep.loader.signing;

import dev.lockstep.loader.age.AgeFileSource;
import dev.lockstep.loader.age.AgeIdentity;
import dev.lockstep.loader.age.AgeReader;
import dev.lockstep.securemem.SecureArena;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** Hashes files through one off-heap buffer that is zeroed on close. Use one for a whole tree; one thread at a time. */
final class FileHasher implements AutoCloseable {
    /** Room for a chunk of an encrypted file too. */
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

    /**
     * The digests of the plaintext of an encrypted file. It is decrypted piece by piece into the buffer, and is nowhere else.
     *
     * @param identities tried in order; the caller's
     * @throws dev.lockstep.loader.age.AgeException if it cannot be decrypted, or was changed
     */
    FileDigests plaintextDigests(Path encrypted, List<? extends AgeIdentity> identities) throws IOException {
        var digest = new PlannedDigest(plan);
        try (var source = AgeFileSource.open(encrypted); var reader = AgeReader.open(source, identities);
                var chunks = reader.newChunks()) {
            for (long number = 0; number < reader.chunks(); number++) {
                digest.update(buffer.asSlice(0, chunks.decrypt(number, buffer, 0)));
            }
        }
        return digest.finish();
    }

    @Override
    public void close() {
        arena.close();
    }
}
