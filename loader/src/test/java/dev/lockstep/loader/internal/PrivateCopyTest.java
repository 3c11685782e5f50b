package dev.lockstep.loader.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.lockstep.loader.signing.HashAlgorithm;
import dev.lockstep.loader.signing.HashPlan;
import dev.lockstep.quant.PanelLayout;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PrivateCopyTest {
    private static final int SIZE = (int) PrivateCopy.CHUNK_BYTES + 12_345;

    @TempDir
    private Path folder;

    private final byte[] content = new byte[SIZE];

    private PrivateCopy copy() throws IOException {
        new SplittableRandom(0x5EED).nextBytes(content);
        return PrivateCopy.of(Files.write(folder.resolve("file"), content), HashPlan.SHA_256);
    }

    @Test
    void theDigestIsThatOfTheWholeFileInOrder() throws IOException, NoSuchAlgorithmException {
        try (var copy = copy()) {
            assertThat(copy.digests().digests()).containsExactly(MessageDigest.getInstance("SHA-256").digest(content));
            byte[] across = new byte[100];
            copy.copy(PrivateCopy.CHUNK_BYTES - 50, across, 0, 100);
            assertThat(across).isEqualTo(Arrays.copyOfRange(content, SIZE - 12_345 - 50, SIZE - 12_345 + 50));
        }
    }

    /** Shards smaller and larger than the chunks that are read, and one that ends with the file. */
    @ParameterizedTest
    @ValueSource(longs = {1 << 20, 5_000_001, 48 << 20, SIZE})
    void shardsAreHashedSideBySideAsOneAfterTheOther(long shardBytes) throws IOException, NoSuchAlgorithmException {
        new SplittableRandom(0x5EED).nextBytes(content);
        var plan = new HashPlan(HashAlgorithm.SHA_256, shardBytes);
        try (var copy = PrivateCopy.of(Files.write(folder.resolve("file"), content), plan)) {
            assertThat(copy.digests().byteSize()).isEqualTo(SIZE);
            assertThat(copy.digests().digests()).hasSize((int) Math.ceilDiv(SIZE, shardBytes));
            for (int i = 0; i < copy.digests().digests().size(); i++) {
                int from = (int) (i * shardBytes);
                byte[] shard = Arrays.copyOfRange(content, from, (int) Math.min(SIZE, from + shardBytes));
                assertThat(copy.digests().digests().get(i)).as("shard %d", i).isEqualTo(MessageDigest.getInstance("SHA-256").digest(shard));
            }
        }
    }

    @Test
    void closingZeroesAllOfItAndNothingCanBeReadAfterwards() throws IOException {
        var copy = copy();
        MemorySegment inside = copy.place(PrivateCopy.CHUNK_BYTES, 10);
        copy.close();
        assertThat(copy.zeroing().bytes()).isGreaterThanOrEqualTo(SIZE);
        assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> inside.get(ValueLayout.JAVA_BYTE, 0));
        assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> copy.copy(0, new byte[10], 0, 10));
    }

    @Test
    void aChunkIsZeroedAndFreedOnceAllOfItIsDiscarded() throws IOException {
        new SplittableRandom(0x5EED).nextBytes(content);
        Path file = Files.write(folder.resolve("file"), Arrays.copyOf(content, 10_000));
        try (var copy = PrivateCopy.of(file, HashPlan.SHA_256, 4096)) {
            copy.discard(5000, 5000);
            assertThat(copy.zeroing().bytes()).as("the third chunk").isBetween(10_000L - 8192, 10_000L - 8192 + PanelLayout.READ_SLACK);
            copy.discard(0, 4000);
            copy.copy(4000, new byte[1000], 0, 1000);
            copy.discard(4000, 1000);
            assertThat(copy.zeroing().bytes()).isGreaterThanOrEqualTo(10_000);
            assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> copy.copy(4000, new byte[1], 0, 1));
        }
    }

    @Test
    void bytesOfOneChunkAreUsedWhereTheyLie() throws IOException {
        try (var copy = copy()) {
            copy.place(PrivateCopy.CHUNK_BYTES + 5, 10).set(ValueLayout.JAVA_BYTE, 3, (byte) 42);
            byte[] read = new byte[1];
            copy.copy(PrivateCopy.CHUNK_BYTES + 8, read, 0, 1);
            assertThat(read[0]).isEqualTo((byte) 42);
            assertThat(copy.isInOneChunk(PrivateCopy.CHUNK_BYTES - 10, 10)).isTrue();
            assertThat(copy.isInOneChunk(PrivateCopy.CHUNK_BYTES - 10, 11)).isFalse();
        }
    }
}
