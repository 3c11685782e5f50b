package dev.lockstep.loader.age;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.securemem.SecureArena;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AgeFilesTest {
    private static final byte[] OLD = "old".getBytes(StandardCharsets.US_ASCII);

    @TempDir
    private Path folder;
    private Path file;
    private final X25519Identity identity = X25519Identity.generate();

    @BeforeEach
    void name() {
        file = folder.resolve("file.age");
    }

    @AfterEach
    void forget() {
        identity.close();
    }

    private void replace(AgeFiles.Plaintext plaintext) throws IOException {
        AgeFiles.replace(file, List.of(identity.recipient()), plaintext);
    }

    private byte[] decrypted() throws IOException {
        Path plain = folder.resolve("plain");
        AgeFiles.decrypt(file, plain, List.of(identity), _ -> { });
        byte[] bytes = Files.readAllBytes(plain);
        Files.delete(plain);
        return bytes;
    }

    @Test
    void whatWasNeverInAFileIsEncryptedFromSecureMemory() throws IOException {
        byte[] text = new byte[3 * AgeReader.CHUNK_BYTES + 5];
        new SplittableRandom(7).nextBytes(text);
        try (var memory = SecureArena.open("text")) {
            MemorySegment segment = memory.allocate(text.length).copyFrom(MemorySegment.ofArray(text));
            replace(writer -> {
                writer.write(segment.asSlice(0, 70_000));
                writer.write(segment.asSlice(70_000));
            });
        }
        assertThat(decrypted()).isEqualTo(text);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file))).isEqualTo("rw-------");
    }

    @Test
    void anotherFileIsReplaced() throws IOException {
        replace(writer -> writer.write(OLD, 0, OLD.length));
        replace(writer -> writer.write(OLD, 0, 1));
        assertThat(decrypted()).isEqualTo(new byte[] {OLD[0]});
        assertThat(folder.toFile().list()).containsExactly("file.age");
    }

    @Test
    void whatFailsHalfWayLeavesTheOldFileAndNothingElse() throws IOException {
        replace(writer -> writer.write(OLD, 0, OLD.length));
        for (Throwable failure : List.of(new IOException("full"), new IllegalStateException("bug"), new StackOverflowError())) {
            assertThatThrownBy(() -> replace(writer -> {
                writer.write(new byte[200_000], 0, 200_000);
                switch (failure) {
                    case IOException e -> throw e;
                    case RuntimeException e -> throw e;
                    default -> throw (Error) failure;
                }
            })).isSameAs(failure);
            assertThat(folder.toFile().list()).containsExactly("file.age");
            assertThat(decrypted()).isEqualTo(OLD);
        }
    }

    @Test
    void linksAndFoldersAreNotReplaced() throws IOException {
        Path elsewhere = Files.write(folder.resolve("elsewhere"), OLD);
        Files.createSymbolicLink(file, elsewhere);
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> replace(writer -> { })).withMessageContaining("is a symbolic link");
        assertThat(elsewhere).hasBinaryContent(OLD);
        Files.delete(file);
        Files.createDirectory(file);
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> replace(writer -> { })).withMessageContaining("is not a regular file");
    }

    @Test
    void encryptingAndDecryptingOverwriteNothing() throws IOException {
        Path plain = Files.write(folder.resolve("plain.bin"), OLD);
        AgeFiles.encrypt(plain, file, List.of(identity.recipient()), _ -> { });
        assertThatExceptionOfType(FileAlreadyExistsException.class)
                .isThrownBy(() -> AgeFiles.encrypt(plain, file, List.of(identity.recipient()), _ -> { }));
        assertThatExceptionOfType(FileAlreadyExistsException.class).isThrownBy(() -> AgeFiles.decrypt(file, plain, List.of(identity), _ -> { }));
        assertThat(folder.toFile().list()).containsExactlyInAnyOrder("file.age", "plain.bin");
    }
}
