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

    /** All pairs up to here; beyond, one old size in {@link #STEP}. */
    private static final int ALL_PAIRS = 65;
    private static final int STEP = 293;

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

    private static int stepOf(int size) {
        return size <= ALL_PAIRS ? 1 : STEP;
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
    void everyLargerTreeIsConsistentWithEverySmallerOne() {
        for (int size = 0; size <= SIZES; size++) {
            for (int old = 0; old <= size; old += stepOf(size)) {
                List<byte[]> proof = made(MerkleProof.consistency(old, size), size);
                assertThat(proof).as("%d in %d", old, size).containsExactlyElementsOf(NaiveMerkleTree.consistency(old, LEAVES.subList(0, size)));
                assertThat(MerkleTree.isConsistent(old, ROOTS.get(old), size, ROOTS.get(size), proof)).as("%d in %d", old, size).isTrue();
            }
        }
    }

    @Test
    void everyEntryIsInItsTree() {
        for (int size = 1; size <= SIZES; size++) {
            for (int index = 0; index < size; index += stepOf(size)) {
                List<byte[]> path = made(MerkleProof.inclusion(index, size), size);
                assertThat(MerkleTree.root(LEAVES.get(index), index, size, path)).as("%d of %d", index, size).contains(ROOTS.get(size));
            }
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
