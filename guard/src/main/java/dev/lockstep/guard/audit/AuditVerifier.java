package dev.lockstep.guard.audit;

import dev.lockstep.guard.audit.AuditVerification.Problem;
import dev.lockstep.guard.audit.LineReader.Line;
import dev.lockstep.guard.audit.LogLines.Numbered;
import dev.lockstep.loader.internal.tlog.Checkpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Says whether a log is what its device wrote: the form of each record, their numbers and chain, and the root of the tree at every
 * checkpoint. One pass, in memory that does not depend on the log's size. The log may be written to meanwhile.
 */
public final class AuditVerifier {
    private final LogFolder folder;
    private final Predicate<Checkpoint> isSigned;
    private final RecordChain chain;
    private final List<String> remarks = new ArrayList<>();

    private CheckpointHistory history;
    private Checkpoint newest;
    /** The next one of the history; null behind its end. */
    private Checkpoint due;
    private long reachesTo;
    private long checkpoints;

    private AuditVerifier(LogFolder folder, Predicate<Checkpoint> isSigned) {
        this.folder = folder;
        this.isSigned = isSigned;
        this.chain = new RecordChain(folder.segment(0));
    }

    /**
     * Verifies a folder.
     *
     * @param keys of the device, now and before; a checkpoint counts if one of them signed it
     * @throws AuditException if there is no log to verify, or it cannot be read
     */
    public static AuditVerification verify(Path folder, List<VerifierKey> keys) {
        List<VerifierKey> known = List.copyOf(keys);
        return verify(folder, read -> known.stream().anyMatch(key -> key.name().equals(read.origin()) && key.hasSigned(read.note())));
    }

    /** The same where something else tells what is signed. */
    static AuditVerification verify(Path folder, Predicate<Checkpoint> isSigned) {
        try {
            return new AuditVerifier(new LogFolder(folder), isSigned).result();
        } catch (IOException e) {
            throw new AuditException(folder.toString(), "cannot be read: " + e, e);
        }
    }

    private AuditVerification result() throws IOException {
        if (Files.notExists(folder.checkpoint()) && Files.notExists(folder.history()) && !folder.hasSegment(0)) {
            throw new AuditException(folder.toString(), "holds no audit log");
        }
        try {
            verify();
            return result(chain.size(), Optional.empty());
        } catch (TamperedException e) {
            Problem problem = e.problem();
            return result(problem.seq() < 0 ? chain.signed() : Math.min(chain.size(), problem.seq()), Optional.of(problem));
        }
    }

    private AuditVerification result(long intact, Optional<Problem> problem) {
        return new AuditVerification(newest == null ? "" : newest.origin(), intact, chain.signed(), checkpoints, problem, remarks);
    }

    private void verify() throws IOException {
        for (Path file : List.of(folder.checkpoint(), folder.history())) {
            if (Files.notExists(file)) {
                throw new TamperedException(file, 0, TamperedException.NONE, "is missing");
            }
        }
        newest = signed(() -> CheckpointFiles.read(folder), folder.checkpoint(), 0);
        // the history is looked at after the newest checkpoint, so it knows it, whoever writes meanwhile
        try (var notes = new CheckpointHistory(folder, Files.size(folder.history())); var lines = new LogLines(folder)) {
            history = notes;
            nextCheckpoint();
            compareRoots();
            readRecords(lines);
            requireEnd();
        }
    }

    private void readRecords(LogLines lines) throws IOException {
        for (Numbered line = lines.next(); line != null; line = lines.next()) {
            if (isTorn(line.line())) {
                remarks.add(line.file() + ", line " + line.number() + ": is being written, or was cut off by a crash");
                return;
            }
            chain.add(line);
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
        due = entry == null ? null : signed(() -> CheckpointFiles.parse(entry.note(), folder.history().toString()), folder.history(), entry.line());
        if (due != null && due.size() < chain.size()) {
            throw new TamperedException(folder.history(), entry.line(), TamperedException.NONE, "is of fewer records than the checkpoint before");
        }
        reachesTo = due == null ? reachesTo : due.size();
    }

    /** Something that is read, if it can be. */
    private interface Reading {
        Checkpoint read();
    }

    private Checkpoint signed(Reading reading, Path file, long line) {
        Checkpoint read;
        try {
            read = reading.read();
        } catch (AuditException e) {
            throw new TamperedException(file, line, TamperedException.NONE, e.problem());
        }
        if (!isSigned.test(read)) {
            throw new TamperedException(file, line, TamperedException.NONE, "is not signed with a key that was given");
        }
        return read;
    }

    private void requireEnd() {
        long signedSize = Math.max(newest.size(), reachesTo);
        chain.requireEnd(signedSize);
        if (reachesTo < newest.size()) {
            throw new TamperedException(folder.history(), 0, TamperedException.NONE, "ends before the newest checkpoint");
        }
        if (history.isTorn()) {
            remarks.add(folder.history() + ": its last checkpoint is being written, or was cut off by a crash");
        }
        if (chain.size() > chain.signed()) {
            remarks.add((chain.size() - chain.signed()) + " record(s) at the end have no checkpoint yet");
        }
    }
}
