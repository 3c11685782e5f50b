package dev.lockstep.loader.internal.tlog;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;

/** The tree and its paths as RFC 6962, section 2.1 defines them, recursively and from the whole list of entries. */
public final class NaiveMerkleTree {
    private NaiveMerkleTree() {
    }

    /** MTH(D). */
    public static byte[] root(List<byte[]> entries) {
        return rootOfLeaves(entries.stream().map(entry -> sha256(new byte[] {0}, entry)).toList());
    }

    /** The same from the hashes of the entries. */
    static byte[] rootOfLeaves(List<byte[]> leaves) {
        if (leaves.isEmpty()) {
            return sha256();
        }
        if (leaves.size() == 1) {
            return leaves.getFirst();
        }
        int split = split(leaves.size());
        return sha256(new byte[] {1}, rootOfLeaves(leaves.subList(0, split)), rootOfLeaves(leaves.subList(split, leaves.size())));
    }

    /** PATH(m, D). */
    public static List<byte[]> path(int index, List<byte[]> entries) {
        if (entries.size() == 1) {
            return List.of();
        }
        int split = split(entries.size());
        List<byte[]> left = entries.subList(0, split);
        List<byte[]> right = entries.subList(split, entries.size());
        var path = new ArrayList<>(index < split ? path(index, left) : path(index - split, right));
        path.add(root(index < split ? right : left));
        return path;
    }

    /** PROOF(m, D[n]), from the hashes of the entries; nothing where m is 0, of which the definition does not speak. */
    static List<byte[]> consistency(int old, List<byte[]> leaves) {
        return old == 0 ? List.of() : subproof(old, leaves, true);
    }

    private static List<byte[]> subproof(int old, List<byte[]> leaves, boolean isKnown) {
        if (old == leaves.size()) {
            return isKnown ? List.of() : List.of(rootOfLeaves(leaves));
        }
        int split = split(leaves.size());
        List<byte[]> left = leaves.subList(0, split);
        List<byte[]> right = leaves.subList(split, leaves.size());
        var proof = new ArrayList<>(old <= split ? subproof(old, left, isKnown) : subproof(old - split, right, false));
        proof.add(rootOfLeaves(old <= split ? right : left));
        return proof;
    }

    /** The largest power of two below the size. */
    private static int split(int size) {
        return Integer.highestOneBit(size - 1);
    }

    private static byte[] sha256(byte[]... parts) {
        try {
            var hash = MessageDigest.getInstance("SHA-256");
            for (byte[] part : parts) {
                hash.update(part);
            }
            return hash.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
