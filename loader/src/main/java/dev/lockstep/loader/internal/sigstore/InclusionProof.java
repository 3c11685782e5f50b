package dev.lockstep.loader.internal.sigstore;

import dev.lockstep.loader.internal.json.StrictJson;
import dev.lockstep.loader.internal.tlog.Checkpoint;
import dev.lockstep.loader.internal.tlog.MerkleTree;
import dev.lockstep.loader.signing.ModelSignatureException;
import dev.lockstep.loader.signing.ModelSignatureException.Reason;
import java.security.MessageDigest;
import java.util.List;
import java.util.Set;

/**
 * That an entry is in a log, as a bundle claims it: protobuf-specs' {@code InclusionProof}.
 *
 * @param index of the entry in the tree; the tree may be a later part of the log
 * @param treeSize number of entries
 * @param hashes from the leaf to the root
 * @param checkpoint a signed note, not parsed yet
 */
record InclusionProof(long index, long treeSize, byte[] rootHash, List<byte[]> hashes, String checkpoint) {
    private static final Set<String> MEMBERS = Set.of("logIndex", "treeSize", "rootHash", "hashes", "checkpoint");
    private static final Set<String> CHECKPOINT_MEMBERS = Set.of("envelope");

    static InclusionProof parse(StrictJson json) {
        json.allowOnly(MEMBERS);
        List<byte[]> hashes = json.optionalBase64s("hashes");
        if (hashes.size() > MerkleTree.MAX_PROOF_HASHES) {
            throw json.fault("holds " + hashes.size() + " hashes; no tree is so deep");
        }
        if (hashes.stream().anyMatch(hash -> hash.length != MerkleTree.HASH_BYTES)) {
            throw json.fault("holds a hash that is no SHA-256");
        }
        StrictJson checkpoint = json.object("checkpoint");
        checkpoint.allowOnly(CHECKPOINT_MEMBERS);
        return new InclusionProof(json.decimal("logIndex"), json.decimal("treeSize"), json.base64("rootHash"), hashes,
                checkpoint.text("envelope"));
    }

    /** Requires that the log has this entry. */
    void requireIncluded(byte[] entry, TransparencyLog log, String file) {
        byte[] root = MerkleTree.root(MerkleTree.leafHash(entry), index, treeSize, hashes)
                .orElseThrow(() -> invalid(file, "does not fit entry " + index + " of a tree of " + treeSize));
        if (!MessageDigest.isEqual(root, rootHash)) {
            throw invalid(file, "leads to another root than it states");
        }
        Checkpoint parsed = Checkpoint.parse(checkpoint, file, InclusionProof::invalidCheckpoint);
        requireTree(parsed, root, file);
        requireSigned(parsed, log, file);
    }

    private void requireTree(Checkpoint parsed, byte[] root, String file) {
        if (parsed.size() != treeSize) {
            throw invalidCheckpoint(file, "is of a tree of " + parsed.size() + " entries, the proof of one of " + treeSize, null);
        }
        if (!MessageDigest.isEqual(parsed.root(), root)) {
            throw invalidCheckpoint(file, "has another root than the proof", null);
        }
    }

    /**
     * Requires that the log signed this. Its name must be that of the log: rekor.sigstore.dev calls itself {@code rekor.sigstore.dev -
     * 1193050959916656506}, so the origin is the host of the log's address, or begins with it, a space, and more.
     */
    private static void requireSigned(Checkpoint parsed, TransparencyLog log, String file) {
        String origin = parsed.origin();
        if (!origin.equals(log.host()) && !origin.startsWith(log.host() + ' ')) {
            throw invalidCheckpoint(file, "is of the log \"" + origin + "\", not of " + log.host(), null);
        }
        if (!parsed.note().isSignedBy(log.host(), log.id(), log.key()::verify)) {
            throw invalidCheckpoint(file, "is not signed with the key of " + log.host(), null);
        }
    }

    private static ModelSignatureException invalidCheckpoint(String file, String problem, Throwable cause) {
        return new ModelSignatureException(Reason.LOG_ENTRY_INVALID, file, "the checkpoint of the log entry " + problem, cause);
    }

    private static ModelSignatureException invalid(String file, String problem) {
        return new ModelSignatureException(Reason.LOG_ENTRY_INVALID, file, "the inclusion proof of the log entry " + problem);
    }
}
