package dev.lockstep.guard.audit;

import dev.lockstep.guard.audit.AuditVerification.Problem;
import dev.lockstep.guard.audit.LineReader.Line;
import dev.lockstep.guard.audit.LogLines.Numbered;
import dev.lockstep.loader.internal.tlog.Checkpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Says whether a log is what its device wrote: the form of each record, their numbers and chain, and the root of the tree at every
 * checkpoint. One pass, in memory that does not depend on the log's size. The log may be written to meanwhile.
 */
public final class AuditVerifier {
    private final LogFolder folder;
    private final Signers signers;
    private final RecordChain chain;
    private final List<String> remarks = new ArrayList<>();

    private CheckpointHistory history;
    private Checkpoint newest;
    /** The next one of the history; null behind its end. */
    private Checkpoint due;
    private long reachesTo;
    private long checkpoints;
    private int signer;

    private AuditVerifier(LogFolder folder, Signers signers) {
        this.folder = folder;
        this.signers = signers;
        this.chain = new RecordChain(folder.segment(0));
    }

    /**
     * Verifies a folder.
     *
     * @param keys of the device, the oldest first; the last one with the name of the log must have signed the newest checkpoint, and no
     *        checkpoint may be of an older key than the one before
     * @throws AuditException if there is no log to verify, or it cannot be read
     */
    public static AuditVerification verify(Path folder, List<VerifierKey> keys) {
        return verify(folder, Signers.of(keys));
    }

    /** The same where something else tells what is signed. */
    static AuditVerification verify(Path folder, Signers signers) {
        try {
            return new AuditVerifier(new LogFolder(folder), signers).result();
        } catch (IOException e) {
            throw new AuditException(folder.toString(), "cannot be read: " + e, e);
        }
    }

    private AuditVerification result() throws IOException {
        if (!folder.isBegun()) {
            throw new AuditException(folder.toString(), "holds no audit log");
        }
        try {
            verify();
            return result(chain.size(), Optional.empty());
        } catch (TamperedException e) {
            // what is chained only can have been changed with the chain
            return result(chain.signed(), Optional.of(e.problem()));
        }
    }

    private AuditVerification result(long intact, Optional<Problem> problem) {
        return new AuditVerification(newest == null ? "" : newest.origin(), intact, chain.signed(), checkpoints, problem, remarks);
    }

    private void verify() throws IOException {
        for (Path file : List.of(folder.checkpoint(), folder.history())) {
            if (Files.notExists(file, LinkOption.NOFOLLOW_LINKS)) {
                throw tampered(file, 0, "is missing");
            }
        }
        Set<Path> found = folder.segments();
        newest = read(() -> CheckpointFiles.read(folder), folder.checkpoint(), 0);
        if (signerOf(newest, folder.checkpoint(), 0) != signers.current(newest.origin())) {
            throw tampered(folder.checkpoint(), 0, "is signed with a key that was replaced, not with the last one given");
        }
        // the history is looked at after the newest checkpoint, so it knows it, whoever writes meanwhile
        try (var notes = new CheckpointHistory(folder, Files.size(folder.history())); var lines = new LogLines(folder)) {
            history = notes;
            nextCheckpoint();
            compareRoots();
            readRecords(lines);
            requireEnd(lines.segment());
            requireNoOthers(found, lines.segment());
        }
    }

    private void requireNoOthers(Set<Path> found, int lastSegment) {
        for (int segment = 0; segment <= lastSegment; segment++) {
            found.remove(folder.segment(segment));
        }
        for (Path other : found) {
            throw new TamperedException(other, 0, chain.size(), "is missing: this file does not follow on the others");
        }
    }

    private void readRecords(LogLines lines) throws IOException {
        for (Numbered line = lines.next(); line != null; line = lines.next()) {
            if (isTorn(line.line())) {
                remarks.add(line.file() + ", line " + line.number() + ": is being written, or was cut off by a crash");
                return;
            }
            chain.add(line, newest.origin());
            compareRoots();
        }
    }

    /** What no checkpoint speaks of can be half of a record; what follows is found out by comparing sizes. */
    private boolean isTorn(Line line) {
        return LogRecovery.isTorn(line) && due == null && chain.size() >= newest.size();
    }

    private void compareRoots() throws IOException {
        if (newest.size() == chain.size()) {
            chain.require(newest);
        }
        while (due != null && due.size() == chain.size()) {
            chain.require(due);
            checkpoints++;
            nextCheckpoint();
        }
    }

    private void nextCheckpoint() throws IOException {
        CheckpointHistory.Entry entry = history.next();
        due = entry == null ? null : read(() -> CheckpointFiles.parse(entry.note(), folder.history().toString()), folder.history(), entry.line());
        if (due != null) {
            requireSequel(due, entry.line());
            reachesTo = due.size();
        }
    }

    private void requireSequel(Checkpoint next, long line) {
        int by = signerOf(next, folder.history(), line);
        if (by < signer) {
            throw tampered(folder.history(), line, "is signed with a key that had been replaced before");
        }
        if (!next.origin().equals(newest.origin())) {
            throw tampered(folder.history(), line, "is of another log than the newest checkpoint");
        }
        if (next.size() < chain.size()) {
            throw tampered(folder.history(), line, "is of fewer records than the checkpoint before");
        }
        signer = by;
    }

    /** Something that is read, if it can be. */
    private interface Reading {
        Checkpoint read();
    }

    private static Checkpoint read(Reading reading, Path file, long line) {
        try {
            return reading.read();
        } catch (AuditException e) {
            throw tampered(file, line, e.problem());
        }
    }

    private int signerOf(Checkpoint checkpoint, Path file, long line) {
        int by = signers.of(checkpoint);
        if (by == Signers.NONE) {
            throw tampered(file, line, "is not signed with a key that was given");
        }
        return by;
    }

    /** About a checkpoint. */
    private static TamperedException tampered(Path file, long line, String what) {
        return new TamperedException(file, line, TamperedException.NONE, what);
    }

    private void requireEnd(int lastSegment) {
        long signedSize = Math.max(newest.size(), reachesTo);
        chain.requireEnd(signedSize, lastSegment);
        if (reachesTo < newest.size()) {
            throw tampered(folder.history(), 0, "ends before the newest checkpoint");
        }
        if (history.isTorn()) {
            remarks.add(folder.history() + ": its last checkpoint is being written, or was cut off by a crash");
        }
        if (chain.size() > chain.signed()) {
            remarks.add((chain.size() - chain.signed()) + " record(s) at the end have no checkpoint yet");
        }
    }
}
