package dev.lockstep.loader.internal.tlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Proofs that are made in one pass, against the recursive definition. */
class MerkleProofTest {
    private static final int SIZES = 1_025;

    /** All pairs up to here; beyond, those where trees change their form. */
    private static final int ALL_PAIRS = 33;

    private static final List<byte[]> ENTRIES = IntStream.range(0, SIZES).mapToObj(i -> ByteBuffer.allocate(4).putInt(i).array()).toList();
    private static final List<byte[]> LEAVES = ENTRIES.stream().map(MerkleTree::leafHash).toList();
    private static final List<byte[]> ROOTS = roots();

    /** By size. */
    private static List<byte[]> roots() {
        var roots = new ArrayList<byte[]>();
        for (int size = 0; size <= SIZES; size++) {
            roots.add(NaiveMerkleTree.rootOfLeaves(LEAVES.subList(0, size)));
        }
        return roots;
    }

    private static List<byte[]> made(MerkleProof proof, int size) {
        LEAVES.subList(0, size).forEach(proof::add);
        return proof.hashes();
    }

    /** Of a tree's entries or smaller trees, those to try: the ends, and around the largest complete tree. */
    private static IntStream upTo(int last) {
        int complete = Integer.highestOneBit(Math.max(1, last));
        return last <= ALL_PAIRS ? IntStream.rangeClosed(0, last)
                : IntStream.of(0, complete - 1, complete, complete + 1, last - 1, last).distinct().filter(each -> each <= last);
    }

    @Test
    void theFrontierHasTheRootOfEverySize() {
        var frontier = new Frontier();
        for (int size = 0; size < SIZES; size++) {
            assertThat(frontier.root()).isEqualTo(ROOTS.get(size));
            assertThat(new Frontier(frontier.size(), frontier.roots()).root()).isEqualTo(ROOTS.get(size));
            frontier.add(LEAVES.get(size));
        }
        assertThat(frontier.root()).isEqualTo(ROOTS.get(SIZES));
    }

    @Test
    void everyLargerTreeIsConsistentWithSmallerOnes() {
        for (int size = 0; size <= SIZES; size++) {
            int larger = size;
            upTo(size).forEach(old -> {
                List<byte[]> proof = made(MerkleProof.consistency(old, larger), larger);
                assertThat(proof).as("%d in %d", old, larger).containsExactlyElementsOf(NaiveMerkleTree.consistency(old, LEAVES.subList(0, larger)));
                assertThat(MerkleTree.isConsistent(old, ROOTS.get(old), larger, ROOTS.get(larger), proof)).as("%d in %d", old, larger).isTrue();
            });
        }
    }

    @Test
    void entriesAreInTheirTreeOfEverySize() {
        for (int size = 1; size <= SIZES; size++) {
            int all = size;
            upTo(size - 1).forEach(index -> {
                List<byte[]> path = made(MerkleProof.inclusion(index, all), all);
                assertThat(MerkleTree.root(LEAVES.get(index), index, all, path)).as("%d of %d", index, all).contains(ROOTS.get(all));
            });
        }
    }

    @Test
    void noOtherRootHashOrSizeIsConsistent() {
        byte[] other = new byte[MerkleTree.HASH_BYTES];
        for (int size = 2; size <= ALL_PAIRS; size++) {
            for (int old = 1; old < size; old++) {
                List<byte[]> proof = made(MerkleProof.consistency(old, size), size);
                byte[] oldRoot = ROOTS.get(old);
                byte[] root = ROOTS.get(size);
                assertThat(MerkleTree.isConsistent(old, other, size, root, proof)).isFalse();
                assertThat(MerkleTree.isConsistent(old, oldRoot, size, other, proof)).isFalse();
                assertThat(MerkleTree.isConsistent(size, oldRoot, old, root, proof)).isFalse();
                assertThat(MerkleTree.isConsistent(old, oldRoot, size, root, proof.subList(1, proof.size()))).isFalse();
                var longer = new ArrayList<>(proof);
                longer.add(other);
                assertThat(MerkleTree.isConsistent(old, oldRoot, size, root, longer)).isFalse();
                for (int i = 0; i < proof.size(); i++) {
                    var changed = new ArrayList<>(proof);
                    changed.set(i, other);
                    assertThat(MerkleTree.isConsistent(old, oldRoot, size, root, changed)).isFalse();
                }
            }
        }
    }

    @Test
    void aTreeIsConsistentWithItselfAloneAndWithTheEmptyOne() {
        assertThat(MerkleTree.isConsistent(5, ROOTS.get(5), 5, ROOTS.get(5), List.of())).isTrue();
        assertThat(MerkleTree.isConsistent(5, ROOTS.get(5), 5, ROOTS.get(6), List.of())).isFalse();
        assertThat(MerkleTree.isConsistent(0, ROOTS.get(0), 5, ROOTS.get(5), List.of())).isTrue();
        assertThat(MerkleTree.isConsistent(0, ROOTS.get(0), 5, ROOTS.get(5), List.of(ROOTS.get(1)))).isFalse();
        assertThat(MerkleTree.isConsistent(-1, ROOTS.get(0), 5, ROOTS.get(5), List.of())).isFalse();
    }

    @Test
    void proofsAreThereWhenAllEntriesWereSeen() {
        MerkleProof proof = MerkleProof.inclusion(0, 2);
        proof.add(LEAVES.get(0));
        assertThatThrownBy(proof::hashes).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> MerkleProof.inclusion(2, 2)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> MerkleProof.consistency(3, 2)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Frontier(3, List.of())).isInstanceOf(IllegalArgumentException.class);
    }

    /** RFC 6962, section 2.1: the hash of an empty list is the hash of an empty string. */
    @Test
    void theEmptyTreeHasTheHashOfNothing() {
        assertThat(HexFormat.of().formatHex(new Frontier().root()))
                .isEqualTo("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }
}
