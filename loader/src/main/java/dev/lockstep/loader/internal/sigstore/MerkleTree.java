package dev.lockstep.loader.internal.sigstore;

import dev.lockstep.loader.internal.crypto.Sha256;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;

/** The hash tree of a log: RFC 9162, section 2.1 (the same as in RFC 6962), with SHA-256. */
final class MerkleTree {
    /** A SHA-256. */
    static final int HASH_BYTES = 32;

    /** Levels above the leaves of a tree whose size is a positive long. */
    static final int MAX_PROOF_HASHES = 63;

    private static final byte LEAF = 0;
    private static final byte NODE = 1;

    private MerkleTree() {
    }

    static byte[] leafHash(byte[] entry) {
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
    static Optional<byte[]> root(byte[] leafHash, long index, long treeSize, List<byte[]> path) {
        if (index < 0 || index >= treeSize) {
            return Optional.empty();
        }
        long node = index;
        long last = treeSize - 1;
        byte[] root = leafHash;
        for (byte[] sibling : path) {
            if (last == 0) {
                return Optional.empty();
            }
            if ((node & 1) == 1 || node == last) {
                root = nodeHash(sibling, root);
                // the last node of a level without a sibling moves up as it is
                int levels = Long.numberOfTrailingZeros(node);
                node >>>= levels;
                last >>>= levels;
            } else {
                root = nodeHash(root, sibling);
            }
            node >>>= 1;
            last >>>= 1;
        }
        return last == 0 ? Optional.of(root) : Optional.empty();
    }
}
