package dev.lockstep.loader.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrivateCopyTest {
    private static final int SIZE = (int) PrivateCopy.CHUNK_BYTES + 12_345;

    @TempDir
    private Path folder;

    private final byte[] content = new byte[SIZE];

    private PrivateCopy copy() throws IOException {
        new SplittableRandom(0x5EED).nextBytes(content);
        return PrivateCopy.of(Files.write(folder.resolve("file"), content));
    }

    @Test
    void theDigestIsThatOfTheWholeFileInOrder() throws IOException, NoSuchAlgorithmException {
        try (var copy = copy()) {
            assertThat(copy.sha256()).isEqualTo(MessageDigest.getInstance("SHA-256").digest(content));
            byte[] across = new byte[100];
            copy.copy(PrivateCopy.CHUNK_BYTES - 50, across, 0, 100);
            assertThat(across).isEqualTo(Arrays.copyOfRange(content, SIZE - 12_345 - 50, SIZE - 12_345 + 50));
        }
    }

    @Test
    void aChunkGoesWhenAllOfItWasDiscardedAndNotBefore() throws IOException {
        try (var copy = copy(); var arena = Arena.ofShared()) {
            MemorySegment target = arena.allocate(10);
            copy.discard(0, PrivateCopy.CHUNK_BYTES - 10);
            copy.copy(PrivateCopy.CHUNK_BYTES - 10, target, 0, 10);
            assertThat(copy.zeroing().bytes()).isZero();
            copy.discard(PrivateCopy.CHUNK_BYTES - 10, 20);
            assertThat(copy.zeroing().bytes()).isEqualTo(PrivateCopy.CHUNK_BYTES);
            assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> copy.copy(0, target, 0, 10));
            copy.copy(PrivateCopy.CHUNK_BYTES + 10, target, 0, 10);
        }
    }

    @Test
    void severalThreadsDiscardTogether() throws IOException {
        try (var copy = copy()) {
            int pieces = 1 << 10;
            long piece = PrivateCopy.CHUNK_BYTES / pieces;
            IntStream.range(0, pieces).parallel().forEach(i -> copy.discard(i * piece, piece));
            assertThat(copy.zeroing().bytes()).isEqualTo(PrivateCopy.CHUNK_BYTES);
        }
    }
}
