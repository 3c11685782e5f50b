package dev.lockstep.guard.audit;

import dev.lockstep.guard.audit.LogLines.Numbered;
import dev.lockstep.loader.internal.tlog.Checkpoint;
import dev.lockstep.loader.internal.tlog.Frontier;
import dev.lockstep.loader.internal.tlog.MerkleProof;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.OptionalLong;

/**
 * Proofs for those who have a checkpoint, and not the log. They are made if the log is what its checkpoint speaks of; the
 * signature of the checkpoint is for its reader to verify.
 */
public final class AuditProofs {
    private static final String FORMAT = "c2sp.org/tlog-proof@v1";

    private final LogFolder folder;

    private AuditProofs(LogFolder folder) {
        this.folder = folder;
    }

    /** Those of a log. */
    public static AuditProofs of(Path folder) {
        return new AuditProofs(new LogFolder(folder));
    }

    /**
     * That a record is in the log: a C2SP tlog-proof, with the record as its extra data.
     *
     * @throws AuditException if no checkpoint covers the record yet, or the log is not what its checkpoint speaks of
     */
    public String inclusion(long seq) {
        Checkpoint checkpoint = CheckpointFiles.read(folder);
        if (seq < 0 || seq >= checkpoint.size()) {
            throw new AuditException(folder.toString(), "has a checkpoint of " + checkpoint.size() + " records; record " + seq + " is none of them");
        }
        MerkleProof proof = MerkleProof.inclusion(seq, checkpoint.size());
        byte[][] record = new byte[1][];
        readTo(checkpoint, (line, index) -> {
            proof.add(AuditRecord.leafHash(line));
            record[0] = index == seq ? line : record[0];
        });
        return FORMAT + "\nextra " + base64(record[0]) + "\nindex " + seq + '\n' + lines(proof.hashes()) + '\n' + checkpoint.note();
    }

    /**
     * That the log at a checkpoint begins with what it was at an earlier size: what C2SP tlog-witness calls an add-checkpoint request.
     *
     * @param to size of a checkpoint; nothing for the newest
     * @throws AuditException if there is no such checkpoint, or the log is not what it speaks of
     */
    public String consistency(long from, OptionalLong to) {
        Checkpoint checkpoint = to.isPresent() ? find(to.getAsLong()) : CheckpointFiles.read(folder);
        if (from < 0 || from > checkpoint.size()) {
            throw new AuditException(folder.toString(), "has a checkpoint of " + checkpoint.size() + " records, which is none later than " + from);
        }
        MerkleProof proof = MerkleProof.consistency(from, checkpoint.size());
        readTo(checkpoint, (line, _) -> proof.add(AuditRecord.leafHash(line)));
        return "old " + from + '\n' + lines(proof.hashes()) + '\n' + checkpoint.note();
    }

    private Checkpoint find(long size) {
        try (var history = new CheckpointHistory(folder, Files.size(folder.history()))) {
            for (var entry = history.next(); entry != null; entry = history.next()) {
                Checkpoint checkpoint = CheckpointFiles.parse(entry.note(), folder.history().toString());
                if (checkpoint.size() == size) {
                    return checkpoint;
                }
            }
        } catch (IOException e) {
            throw unreadable(e);
        }
        throw new AuditException(folder.history().toString(), "holds no checkpoint of " + size + " records");
    }

    /** Is shown records, one after the other. */
    private interface Reader {
        void read(byte[] line, long index);
    }

    private void readTo(Checkpoint checkpoint, Reader reader) {
        var tree = new Frontier();
        try (var lines = new LogLines(folder)) {
            for (Numbered line = lines.next(); line != null && tree.size() < checkpoint.size(); line = lines.next()) {
                reader.read(line.line().bytes(), tree.size());
                tree.add(AuditRecord.leafHash(line.line().bytes()));
            }
        } catch (IOException e) {
            throw unreadable(e);
        }
        if (tree.size() < checkpoint.size() || !Arrays.equals(tree.root(), checkpoint.root())) {
            throw new AuditException(folder.toString(), "does not hold the " + checkpoint.size() + " records that its checkpoint speaks of, so"
                    + " nothing can be proven: see `lockstep audit verify`");
        }
    }

    private AuditException unreadable(IOException e) {
        return new AuditException(folder.toString(), "cannot be read: " + e, e);
    }

    private static String lines(List<byte[]> hashes) {
        var lines = new StringBuilder();
        hashes.forEach(hash -> lines.append(base64(hash)).append('\n'));
        return lines.toString();
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }
}
