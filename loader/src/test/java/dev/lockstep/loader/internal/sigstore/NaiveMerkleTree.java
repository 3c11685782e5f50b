package dev.lockstep.loader.internal.sigstore;

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
        if (entries.size() == 1) {
            return sha256(new byte[] {0}, entries.getFirst());
        }
        int split = split(entries.size());
        return sha256(new byte[] {1}, root(entries.subList(0, split)), root(entries.subList(split, entries.size())));
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
