package dev.lockstep.loader.signing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Random;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SegmentDigestTest {
    private static final long SEED = 20261123;

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(SEED + length).nextBytes(bytes);
        return bytes;
    }

    private static byte[] expected(byte[] bytes) throws NoSuchAlgorithmException {
        return MessageDigest.getInstance("SHA-256").digest(bytes);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 63, 64, 65, 65_535, 65_536, 65_537, 300_000})
    void theDigestIsThatOfTheBytesAndNoneOfThemStaysInTheScratch(int length) throws Exception {
        byte[] bytes = random(length);
        try (var arena = Arena.ofConfined()) {
            var segment = arena.allocate(length);
            segment.copyFrom(MemorySegment.ofArray(bytes));
            var digest = new SegmentDigest(HashAlgorithm.SHA_256);
            digest.update(segment);
            assertThat(digest.scratchIsClean()).isTrue();
            assertThat(digest.digest()).isEqualTo(expected(bytes));
        }
    }

    @Test
    void piecesAddUpAndADigestStartsAfresh() throws Exception {
        byte[] bytes = random(200_001);
        var segment = MemorySegment.ofArray(bytes);
        var digest = new SegmentDigest(HashAlgorithm.SHA_256);
        for (int run = 0; run < 2; run++) {
            digest.update(segment.asSlice(0, 70_000));
            digest.update(segment.asSlice(70_000, 0));
            digest.update(segment.asSlice(70_000));
            assertThat(digest.digest()).isEqualTo(expected(bytes));
        }
    }

    @Test
    void filesOfAnyLengthAreHashedAndLinksAreNot(@TempDir Path folder) throws Exception {
        try (var hasher = new FileHasher(HashPlan.SHA_256)) {
            for (int length : new int[] {0, 1, 1 << 20, (1 << 20) + 1, 3 << 20}) {
                byte[] bytes = random(length);
                Path file = Files.write(folder.resolve("f" + length), bytes);
                assertThat(hasher.digests(file).digests()).containsExactly(expected(bytes));
            }
            Path link = Files.createSymbolicLink(folder.resolve("link"), folder.resolve("f1"));
            Assertions.assertThatExceptionOfType(IOException.class).isThrownBy(() -> hasher.digests(link));
            Assertions.assertThatExceptionOfType(FileSystemException.class)
                    .isThrownBy(() -> hasher.digests(folder.resolve("none")));
            assertThat(hasher.digests(folder.resolve("f1")).digests()).containsExactly(expected(random(1)));
        }
    }
}
