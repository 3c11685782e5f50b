package dev.lockstep.loader.internal.tlog;

import java.util.ArrayList;
import java.util.List;

/**
 * What must be kept of a growing hash tree to add to it and to know its root: the roots of the complete trees it consists of, from the
 * largest, one for each bit that is set in its size. Not thread-safe.
 */
public final class Frontier {
    private final List<byte[]> roots = new ArrayList<>();
    private long size;

    /** Of the tree without entries. */
    public Frontier() {
    }

    /** Of a tree that was kept. */
    public Frontier(long size, List<byte[]> roots) {
        if (size < 0 || Long.bitCount(size) != roots.size()) {
            throw new IllegalArgumentException("size=" + size + ", roots=" + roots.size());
        }
        this.size = size;
        this.roots.addAll(roots);
    }

    /** One that grows by itself. */
    public Frontier copy() {
        return new Frontier(size, roots);
    }

    /** Adds an entry by its {@link MerkleTree#leafHash}. */
    public void add(byte[] leafHash) {
        byte[] root = leafHash;
        // as in a binary number: 1 and 1 are 0, and 1 is carried
        for (long carry = size; (carry & 1) == 1; carry >>>= 1) {
            root = MerkleTree.nodeHash(roots.removeLast(), root);
        }
        roots.add(root);
        size++;
    }

    /** Number of entries. */
    public long size() {
        return size;
    }

    /** The roots of the complete trees, from the largest. */
    public List<byte[]> roots() {
        return List.copyOf(roots);
    }

    /** The root of the whole tree. */
    public byte[] root() {
        if (roots.isEmpty()) {
            return MerkleTree.emptyRoot();
        }
        byte[] root = roots.getLast();
        for (int i = roots.size() - 2; i >= 0; i--) {
            root = MerkleTree.nodeHash(roots.get(i), root);
        }
        return root;
    }
}
