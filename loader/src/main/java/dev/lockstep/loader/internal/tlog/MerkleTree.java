package dev.lockstep.loader.internal.tlog;

import dev.lockstep.loader.internal.crypto.Sha256;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;

/** The hash tree of a log: RFC 9162, section 2.1 (the same as in RFC 6962), with SHA-256. */
public final class MerkleTree {
    /** A SHA-256. */
    public static final int HASH_BYTES = 32;

    /** Levels above the leaves of a tree whose size is a positive long. */
    public static final int MAX_PROOF_HASHES = 63;

    private static final byte LEAF = 0;
    private static final byte NODE = 1;

    private MerkleTree() {
    }

    /** The hash of an entry. */
    public static byte[] leafHash(byte[] entry) {
        MessageDigest hash = Sha256.start();
        hash.update(LEAF);
        return hash.digest(entry);
    }

    static byte[] nodeHash(byte[] left, byte[] right) {
        MessageDigest hash = Sha256.start();
        hash.update(NODE);
        hash.update(left);
        return hash.digest(right);
    }

    /**
     * The root of the tree in which a leaf has this place, as RFC 9162, section 2.1.3.2 computes it.
     *
     * @param path hashes of the leaf's and its parents' siblings, from below
     * @return nothing if no tree of that size has such a leaf or such a path
     */
    public static Optional<byte[]> root(byte[] leafHash, long index, long treeSize, List<byte[]> path) {
        if (index < 0 || index >= treeSize) {
            return Optional.empty();
        }
        var walk = new Walk(index, treeSize - 1);
        byte[] root = leafHash;
        for (byte[] sibling : path) {
            if (walk.isAtRoot()) {
                return Optional.empty();
            }
            root = walk.isSiblingLeft() ? nodeHash(sibling, root) : nodeHash(root, sibling);
            walk.rise();
        }
        return walk.isAtRoot() ? Optional.of(root) : Optional.empty();
    }

    /**
     * True if the proof shows that the larger tree begins with all entries of the smaller one: RFC 9162, section 2.1.4.2. Every tree begins
     * with the empty one.
     *
     * @param proof hashes as {@link MerkleProof#consistency} makes them
     */
    public static boolean isConsistent(long oldSize, byte[] oldRoot, long newSize, byte[] newRoot, List<byte[]> proof) {
        if (oldSize < 0 || oldSize > newSize) {
            return false;
        }
        if (oldSize == newSize || oldSize == 0) {
            return proof.isEmpty() && (oldSize == 0 || MessageDigest.isEqual(oldRoot, newRoot));
        }
        var rest = new ArrayDeque<>(proof);
        // an old tree that is complete is a node of the new one, which the verifier knows already
        byte[] start = Long.bitCount(oldSize) == 1 ? oldRoot : rest.pollFirst();
        return start != null && leadsToBoth(oldSize, oldRoot, newSize, newRoot, start, rest);
    }

    private static boolean leadsToBoth(long oldSize, byte[] oldRoot, long newSize, byte[] newRoot, byte[] start, Iterable<byte[]> path) {
        int levels = Long.numberOfTrailingZeros(oldSize);
        var walk = new Walk((oldSize - 1) >>> levels, (newSize - 1) >>> levels);
        byte[] oldHash = start;
        byte[] newHash = start;
        for (byte[] sibling : path) {
            if (walk.isAtRoot()) {
                return false;
            }
            if (walk.isSiblingLeft()) {
                oldHash = nodeHash(sibling, oldHash);
                newHash = nodeHash(sibling, newHash);
            } else {
                newHash = nodeHash(newHash, sibling);
            }
            walk.rise();
        }
        return walk.isAtRoot() && MessageDigest.isEqual(oldHash, oldRoot) && MessageDigest.isEqual(newHash, newRoot);
    }

    /** A way up: the number of a node on its level, and of the last node there. */
    private static final class Walk {
        private long node;
        private long last;

        Walk(long node, long last) {
            this.node = node;
            this.last = last;
        }

        boolean isAtRoot() {
            return last == 0;
        }

        /** The last node of a level without a sibling moves up as it is, until it has one, which is to its left. */
        boolean isSiblingLeft() {
            return (node & 1) == 1 || node == last;
        }

        void rise() {
            if (isSiblingLeft()) {
                int levels = Long.numberOfTrailingZeros(node);
                node >>>= levels;
                last >>>= levels;
            }
            node >>>= 1;
            last >>>= 1;
        }
    }

    /** The root of the tree without entries: the hash of nothing. */
    static byte[] emptyRoot() {
        return Sha256.of(new byte[0]);
    }
}
