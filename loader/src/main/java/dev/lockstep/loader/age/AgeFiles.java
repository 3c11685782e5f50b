package dev.lockstep.loader.age;

import dev.lockstep.loader.internal.files.WholeFile;
import dev.lockstep.securemem.SecureArena;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.LongConsumer;

/** Whole files, encrypted and decrypted. A target is there when it is complete, or not at all; none is ever overwritten. */
public final class AgeFiles {
    private AgeFiles() {
    }

    /**
     * Encrypts a file.
     *
     * @param progress told the bytes that are done, now and then
     * @throws IOException if a file cannot be read or written, or the target exists
     */
    public static void encrypt(Path plain, Path target, List<? extends AgeRecipient> recipients, LongConsumer progress) throws IOException {
        try (var in = Files.newInputStream(plain, LinkOption.NOFOLLOW_LINKS)) {
            create(target, out -> {
                byte[] bytes = new byte[AgeReader.CHUNK_BYTES];
                try (var writer = AgeWriter.create(out, recipients)) {
                    long done = 0;
                    for (int count = in.read(bytes); count >= 0; count = in.read(bytes)) {
                        writer.write(bytes, 0, count);
                        done += count;
                        progress.accept(done);
                    }
                    writer.finish();
                } finally {
                    Arrays.fill(bytes, (byte) 0);
                }
            });
        }
    }

    /**
     * Decrypts a file. Nobody but its owner can read the plaintext.
     *
     * @param progress told the bytes that are done, now and then
     * @throws AgeException if it cannot be decrypted, or was changed; there is no target then
     * @throws IOException if a file cannot be read or written, or the target exists
     */
    public static void decrypt(Path encrypted, Path target, List<? extends AgeIdentity> identities, LongConsumer progress) throws IOException {
        try (var source = AgeFileSource.open(encrypted); var reader = AgeReader.open(source, identities)) {
            create(target, out -> copy(reader, out, progress));
        }
    }

    private static void copy(AgeReader reader, OutputStream out, LongConsumer progress) throws IOException {
        byte[] bytes = new byte[AgeReader.CHUNK_BYTES];
        try (var memory = SecureArena.open("decrypted chunk")) {
            MemorySegment chunk = memory.allocate(AgeReader.CHUNK_BYTES);
            var chunks = reader.newChunks();
            long done = 0;
            for (long number = 0; number < reader.chunks(); number++) {
                int count = chunks.decrypt(number, chunk, 0);
                MemorySegment.copy(chunk, ValueLayout.JAVA_BYTE, 0, bytes, 0, count);
                out.write(bytes, 0, count);
                done += count;
                progress.accept(done);
            }
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    private interface Content {
        void writeTo(OutputStream out) throws IOException;
    }

    private static void create(Path target, Content content) throws IOException {
        if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            throw new FileAlreadyExistsException(target.toString());
        }
        Path temporary = target.resolveSibling("." + target.getFileName() + '.' + UUID.randomUUID() + ".tmp");
        try {
            try (var channel = FileChannel.open(temporary, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                    WholeFile.ownerOnly(target)); var out = new BufferedOutputStream(Channels.newOutputStream(channel))) {
                content.writeTo(out);
                out.flush();
                channel.force(true);
            }
            Files.move(temporary, target);
        } catch (IOException | RuntimeException e) {
            WholeFile.delete(temporary, e);
            throw e;
        }
    }
}
