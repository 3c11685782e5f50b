package dev.lockstep.loader.age;

import dev.lockstep.loader.internal.OpenFile;
import dev.lockstep.loader.internal.files.WholeFile;
import dev.lockstep.securemem.SecureArena;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongConsumer;

/** Whole files, encrypted and decrypted. A target is there when it is complete, or stays what it was. */
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
            WholeFile.create(target, encrypted(recipients, writer -> copy(in, writer, progress)), WholeFile.ownerOnly(target));
        }
    }

    private static void copy(InputStream in, AgeWriter writer, LongConsumer progress) throws IOException {
        byte[] bytes = new byte[AgeReader.CHUNK_BYTES];
        try {
            long done = 0;
            for (int count = in.read(bytes); count >= 0; count = in.read(bytes)) {
                writer.write(bytes, 0, count);
                done += count;
                progress.accept(done);
            }
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    /** What a file is to hold, written piece by piece. */
    @FunctionalInterface
    public interface Plaintext {
        /** @param writer not to be finished or closed */
        void writeTo(AgeWriter writer) throws IOException;
    }

    /**
     * Encrypts what was never in a file. Another file of this name is replaced in one step, and stays what it was if this fails. Nobody
     * but its owner can read the new one.
     *
     * @throws IOException if the file cannot be written, or there is something else than a file in its place
     */
    public static void replace(Path target, List<? extends AgeRecipient> recipients, Plaintext plaintext) throws IOException {
        if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            OpenFile.requireRegularFile(target);
        }
        WholeFile.replace(target, encrypted(recipients, plaintext), WholeFile.ownerOnly(target));
    }

    private static WholeFile.Content encrypted(List<? extends AgeRecipient> recipients, Plaintext plaintext) {
        return out -> {
            try (var writer = AgeWriter.create(Channels.newOutputStream(out), recipients)) {
                plaintext.writeTo(writer);
                writer.finish();
            }
        };
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
            WholeFile.create(target, out -> copy(reader, out, progress), WholeFile.ownerOnly(target));
        }
    }

    private static void copy(AgeReader reader, FileChannel out, LongConsumer progress) throws IOException {
        try (var memory = SecureArena.open("decrypted chunk"); var chunks = reader.newChunks()) {
            MemorySegment chunk = memory.allocate(AgeReader.CHUNK_BYTES);
            long done = 0;
            for (long number = 0; number < reader.chunks(); number++) {
                int count = chunks.decrypt(number, chunk, 0);
                WholeFile.write(chunk.asSlice(0, count), out);
                done += count;
                progress.accept(done);
            }
        }
    }
}
