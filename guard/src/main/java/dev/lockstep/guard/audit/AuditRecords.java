package dev.lockstep.guard.audit;

import dev.lockstep.guard.audit.LogLines.Numbered;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** Reads the records of a log in their order, one at a time. What it reads is not verified: see {@link AuditVerifier}. Not thread-safe. */
public final class AuditRecords implements AutoCloseable {
    private final LogFolder folder;
    private final LogLines lines;

    private AuditRecords(LogFolder folder) {
        this.folder = folder;
        this.lines = new LogLines(folder);
    }

    /**
     * Those of a folder.
     *
     * @throws AuditException if it holds none
     */
    public static AuditRecords of(Path folder) {
        var files = new LogFolder(folder);
        if (!files.hasSegment(0)) {
            throw new AuditException(folder.toString(), "holds no audit log");
        }
        return new AuditRecords(files);
    }

    /**
     * The next record; nothing at the end, or before half of a record.
     *
     * @throws AuditException if there is something else in its place
     */
    public Optional<AuditRecord> next() {
        try {
            Numbered line = lines.next();
            if (line == null || LogRecovery.isTorn(line.line())) {
                return Optional.empty();
            }
            return Optional.of(AuditRecord.parse(line.line().bytes(), line.file() + ", line " + line.number()));
        } catch (IOException e) {
            throw new AuditException(folder.toString(), "cannot be read: " + e, e);
        }
    }

    @Override
    public void close() {
        try {
            lines.close();
        } catch (IOException e) {
            throw new AuditException(folder.toString(), "cannot be closed: " + e, e);
        }
    }
}
