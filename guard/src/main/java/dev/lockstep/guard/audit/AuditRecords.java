package dev.lockstep.guard.audit;

import dev.lockstep.guard.audit.LineReader.Line;
import dev.lockstep.guard.audit.LogLines.Numbered;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
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

    /** When the last record was made, if there is one: no clock is before that unless somebody has set it back. */
    public static Optional<Instant> lastTime(Path folder) {
        var files = new LogFolder(folder);
        int segment = 0;
        while (files.hasSegment(segment + 1)) {
            segment++;
        }
        Path file = files.segment(segment);
        try {
            return files.hasSegment(segment) ? lastTime(file, Files.size(file)) : Optional.empty();
        } catch (IOException e) {
            throw new AuditException(folder.toString(), "cannot be read: " + e, e);
        }
    }

    private static Optional<Instant> lastTime(Path file, long end) throws IOException {
        Line line;
        try (var reader = new LineReader(file, LogRecovery.lineBefore(file, end), AuditRecord.MAX_LINE_BYTES)) {
            line = reader.next();
        }
        if (line != null && line.offset() > 0 && LogRecovery.isTorn(line)) {
            return lastTime(file, line.offset());
        }
        return line == null || LogRecovery.isTorn(line) ? Optional.empty() : Optional.of(AuditRecord.parse(line.bytes(), file.toString()).time());
    }

    /**
     * The next record; nothing at the end, or before half of a record that is the last thing in the log.
     *
     * @throws AuditException if there is something else in its place
     */
    public Optional<AuditRecord> next() {
        try {
            Numbered line = lines.next();
            boolean isTorn = line != null && LogRecovery.isTorn(line.line());
            if (isTorn && isFollowed(line)) {
                throw new AuditException(place(line), "is no whole record, and others follow: see `lockstep audit verify`");
            }
            return line == null || isTorn ? Optional.empty() : Optional.of(AuditRecord.parse(line.line().bytes(), place(line)));
        } catch (IOException e) {
            throw new AuditException(folder.toString(), "cannot be read: " + e, e);
        }
    }

    private static String place(Numbered line) {
        return line.file() + ", line " + line.number();
    }

    /** A line without its end may be in the middle of being written; only another file is proof that it is not. */
    private boolean isFollowed(Numbered line) throws IOException {
        return line.line().isComplete() && lines.next() != null || folder.hasSegment(line.segment() + 1);
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
