package dev.lockstep.loader.signing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What stands for the bytes of a model. */
class FileDigestsTest {
    private static FileDigests digests(int fill) {
        byte[] digest = new byte[HashAlgorithm.SHA_256.bytes()];
        digest[0] = (byte) fill;
        return new FileDigests(HashPlan.SHA_256, 1, List.of(digest));
    }

    private static String identity(Map<String, FileDigests> files) {
        return FileDigests.identityOf(new TreeMap<>(files));
    }

    @Test
    void filesThatChangeTheirNamesAreAnotherModel() {
        String identity = identity(Map.of("a", digests(1), "b", digests(2)));
        assertThat(identity).isEqualTo(identity(Map.of("b", digests(2), "a", digests(1)))).hasSize(64);
        assertThat(identity).isNotEqualTo(identity(Map.of("a", digests(2), "b", digests(1)))).isNotEqualTo(identity(Map.of("a", digests(1), "c", digests(2))));
        assertThat(identity(Map.of("a", digests(1)))).as("one file").isEqualTo(identity(Map.of("c", digests(1)))).startsWith("01");
    }
}
