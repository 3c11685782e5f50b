package dev.lockstep.loader.internal.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.loader.signing.KeyFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BoundedFileTest {
    private static final int MAX_BYTES = 200_000;

    @TempDir
    private Path folder;

    private Path write(int bytes) throws IOException {
        byte[] content = new byte[bytes];
        new SplittableRandom(bytes).nextBytes(content);
        return Files.write(folder.resolve("file"), content);
    }

    private static byte[] read(Path file) {
        return BoundedFile.read(file, MAX_BYTES, ", so it is none", KeyFileException::new);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 65_535, 65_536, 65_537, MAX_BYTES})
    void allOfItIsRead(int bytes) throws IOException {
        Path file = write(bytes);
        assertThat(read(file)).isEqualTo(Files.readAllBytes(file));
    }

    @ParameterizedTest
    @ValueSource(ints = {MAX_BYTES + 1, 3 * MAX_BYTES})
    void aLargerFileIsRefused(int bytes) throws IOException {
        Path file = write(bytes);
        assertThatThrownBy(() -> read(file)).isInstanceOf(KeyFileException.class).hasMessage(file + ": is larger than 200000 bytes, so it is none");
    }

    @Test
    void whatCannotBeReadIsNamed() {
        assertThatThrownBy(() -> read(folder.resolve("none"))).isInstanceOf(KeyFileException.class).hasMessageEndingWith("none: does not exist");
        assertThatThrownBy(() -> read(folder)).isInstanceOf(KeyFileException.class).hasMessageContaining("cannot be read: ");
    }
}
