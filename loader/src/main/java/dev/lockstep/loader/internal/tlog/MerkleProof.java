package dev.lockstep.loader.internal.tlog;

import java.util.ArrayList;
import java.util.List;

/**
 * A proof in the making: which parts of a tree its hashes stand for, and those hashes once all entries have been {@linkplain #add seen} in
 * their order. One pass, memory in proportion to the square of the tree's height. Not thread-safe.
 */
public final class MerkleProof {
    /** Entries from {@code from} to before {@code to}. */
    private record Part(long from, long to, Frontier tree) {
        Part(long from, long to) {
            this(from, to, new Frontier());
        }
    }

    private final List<Part> parts = new ArrayList<>();
    private long seen;

    private MerkleProof() {
    }

    /** That an entry is in a tree: RFC 6962, section 2.1.1. */
    public static MerkleProof inclusion(long index, long treeSize) {
        if (index < 0 || index >= treeSize) {
            throw new IllegalArgumentException("index=" + index + ", treeSize=" + treeSize);
        }
        var proof = new MerkleProof();
        proof.path(index, 0, treeSize);
        return proof;
    }

    private void path(long index, long from, long to) {
        if (to - from == 1) {
            return;
        }
        long split = split(from, to);
        if (index < split) {
            path(index, from, split);
            parts.add(new Part(split, to));
        } else {
            path(index, split, to);
            parts.add(new Part(from, split));
        }
    }

    /** That a tree begins with all entries of a smaller one: RFC 6962, section 2.1.2. No hash is needed for the empty tree. */
    public static MerkleProof consistency(long oldSize, long newSize) {
        if (oldSize < 0 || oldSize > newSize) {
            throw new IllegalArgumentException("oldSize=" + oldSize + ", newSize=" + newSize);
        }
        var proof = new MerkleProof();
        if (oldSize > 0) {
            proof.subproof(oldSize, 0, newSize);
        }
        return proof;
    }

    private void subproof(long oldSize, long from, long to) {
        if (oldSize == to) {
            if (from > 0) {
                parts.add(new Part(from, to));
            }
            return;
        }
        long split = split(from, to);
        if (oldSize <= split) {
            subproof(oldSize, from, split);
            parts.add(new Part(split, to));
        } else {
            subproof(oldSize, split, to);
            parts.add(new Part(from, split));
        }
    }

    /** The left half of a tree is the largest complete one that is smaller. */
    private static long split(long from, long to) {
        return from + Long.highestOneBit(to - from - 1);
    }

    /** Goes on to the next entry, by its {@link MerkleTree#leafHash}. */
    public void add(byte[] leafHash) {
        for (Part part : parts) {
            if (seen >= part.from && seen < part.to) {
                part.tree.add(leafHash);
            }
        }
        seen++;
    }

    /**
     * The hashes, in the order that verifiers expect.
     *
     * @throws IllegalStateException if not all entries have been seen
     */
    public List<byte[]> hashes() {
        if (parts.stream().anyMatch(part -> part.to > seen)) {
            throw new IllegalStateException("seen=" + seen);
        }
        return parts.stream().map(part -> part.tree.root()).toList();
    }
}
