package dev.lockstep.loader.signing;

import dev.lockstep.loader.internal.crypto.Sha256;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.SortedMap;
import java.util.stream.Stream;

/**
 * The digests of one file.
 *
 * @param plan what they are digests of
 * @param byteSize of the file; {@value #UNKNOWN} if a signer does not say
 * @param digests one of the whole file, or one of each shard in order; an empty file has no shards
 */
public record FileDigests(HashPlan plan, long byteSize, List<byte[]> digests) {
    /** A statement about whole files does not say how large they are. */
    public static final long UNKNOWN = -1;

    public FileDigests {
        digests = copies(digests);
    }

    private static List<byte[]> copies(List<byte[]> digests) {
        return digests.stream().map(byte[]::clone).toList();
    }

    /** Copies: nobody can change what was signed. */
    @Override
    public List<byte[]> digests() {
        return copies(digests);
    }

    /** True if both are of the same bytes. */
    boolean areOfSameBytes(FileDigests other) {
        boolean same = plan.equals(other.plan) && digests.size() == other.digests.size()
                && (byteSize == other.byteSize || byteSize == UNKNOWN || other.byteSize == UNKNOWN);
        for (int i = 0; same && i < digests.size(); i++) {
            same = MessageDigest.isEqual(digests.get(i), other.digests.get(i));
        }
        return same;
    }

    /**
     * 64 hex digits that stand for the bytes: their SHA-256 if that is what was computed, otherwise SHA-256 over the digests in their
     * order.
     */
    public String identity() {
        boolean plain = plan.equals(HashPlan.SHA_256);
        return plain ? HexFormat.of().formatHex(digests.getFirst()) : Statement.rootOf(digests);
    }

    /**
     * 64 hex digits that stand for the bytes of several files under their names: the identity of the only one, whatever its name,
     * otherwise SHA-256 over the SHA-256 of each name and that over the digests of its file.
     */
    public static String identityOf(SortedMap<String, FileDigests> files) {
        if (files.size() == 1) {
            return files.firstEntry().getValue().identity();
        }
        return Statement.rootOf(files.entrySet().stream().flatMap(file -> Stream.of(Sha256.of(file.getKey().getBytes(StandardCharsets.UTF_8)),
                HexFormat.of().parseHex(Statement.rootOf(file.getValue().digests)))).toList());
    }
}
