package dev.lockstep.loader.internal.tlog;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Paths through the hash tree of a log, against the definition. */
class MerkleTreeTest {
    private static final int SIZES = 33;

    private static List<byte[]> entries(int size) {
        return IntStream.range(0, size).mapToObj(i -> new byte[] {(byte) i, 7}).toList();
    }

    private static byte[] leaf(List<byte[]> entries, int index) {
        return MerkleTree.leafHash(entries.get(index));
    }

    @Test
    void everyPathOfEveryTreeLeadsToItsRoot() {
        for (int size = 1; size <= SIZES; size++) {
            List<byte[]> entries = entries(size);
            for (int index = 0; index < size; index++) {
                assertThat(MerkleTree.root(leaf(entries, index), index, size, NaiveMerkleTree.path(index, entries)))
                        .as("%d of %d", index, size).contains(NaiveMerkleTree.root(entries));
            }
        }
    }

    @Test
    void noPathLeadsFromAnotherPlaceToTheRoot() {
        for (int size = 2; size <= SIZES; size++) {
            List<byte[]> entries = entries(size);
            byte[] root = NaiveMerkleTree.root(entries);
            for (int index = 0; index < size; index++) {
                List<byte[]> path = NaiveMerkleTree.path(index, entries);
                for (int other = 0; other < size; other++) {
                    if (other != index) {
                        var claimed = MerkleTree.root(leaf(entries, index), other, size, path);
                        assertThat(claimed.filter(found -> Arrays.equals(found, root))).as("%d as %d of %d", index, other, size).isEmpty();
                    }
                }
            }
        }
    }

    @Test
    void pathsWithAHashTooManyOrTooFewLeadNowhere() {
        for (int size = 1; size <= SIZES; size++) {
            List<byte[]> entries = entries(size);
            for (int index = 0; index < size; index++) {
                var longer = new ArrayList<>(NaiveMerkleTree.path(index, entries));
                longer.add(new byte[MerkleTree.HASH_BYTES]);
                assertThat(MerkleTree.root(leaf(entries, index), index, size, longer)).as("%d of %d", index, size).isEmpty();
                if (size > 1) {
                    List<byte[]> shorter = longer.subList(0, longer.size() - 2);
                    assertThat(MerkleTree.root(leaf(entries, index), index, size, shorter)).as("%d of %d", index, size).isEmpty();
                }
            }
        }
    }

    @Test
    void placesOutsideOfTheTreeLeadNowhere() {
        byte[] leaf = MerkleTree.leafHash(new byte[] {1});
        for (long[] indexAndSize : new long[][] {{0, 0}, {1, 1}, {-1, 1}, {5, 4}, {Long.MAX_VALUE, Long.MAX_VALUE}, {0, -1}}) {
            assertThat(MerkleTree.root(leaf, indexAndSize[0], indexAndSize[1], List.of())).isEmpty();
        }
    }

    @Test
    void theDeepestTreeHasTheLongestPath() {
        List<byte[]> path = Collections.nCopies(MerkleTree.MAX_PROOF_HASHES, new byte[MerkleTree.HASH_BYTES]);
        byte[] leaf = MerkleTree.leafHash(new byte[] {1});
        assertThat(MerkleTree.root(leaf, 0, Long.MAX_VALUE, path)).isPresent();
        assertThat(MerkleTree.root(leaf, 0, Long.MAX_VALUE, path.subList(1, path.size()))).isEmpty();
    }
}
