package dev.lockstep.guard.audit;

import dev.lockstep.guard.audit.LineReader.Line;
import dev.lockstep.loader.internal.tlog.Checkpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Finds the end of a log: where it was left, or where another process has brought it since. Only with the folder's lock. */
record LogRecovery(LogFolder folder) {
    /**
     * The place after the last record.
     *
     * @param tornBytes what lies behind it and is no record: a write that a crash cut off
     */
    record End(LogPosition position, long tornBytes) { }

    /**
     * The end of a log that has a checkpoint.
     *
     * @param place that belongs to the checkpoint, if it is known
     * @throws AuditException if there are fewer records than the checkpoint speaks of, or others
     */
    End find(Checkpoint checkpoint, Optional<LogPosition> place) throws IOException {
        LogPosition from = place.isPresent() && takeOver(place.get()) ? place.get() : LogPosition.start();
        End end = goOn(from, checkpoint);
        if (end.position.size() < checkpoint.size()) {
            throw new AuditException(folder.toString(), "holds " + end.position.size() + " records; its checkpoint speaks of " + checkpoint.size()
                    + ", so records were removed. " + CheckpointFiles.ADVICE);
        }
        return end;
    }

    /** Reads the record before a place, and none of those before it, which are signed for; false if it is not there. */
    private boolean takeOver(LogPosition place) throws IOException {
        requireSegments(place.segment());
        Path file = folder.segment(place.segment());
        if (place.size() == 0) {
            return place.bytes() == 0 && place.segment() == 0;
        }
        if (Files.notExists(file) || Files.size(file) < place.bytes()) {
            return false;
        }
        Line last = null;
        try (var reader = new LineReader(file, lineBefore(file, place.bytes()), AuditRecord.MAX_LINE_BYTES)) {
            last = reader.next();
        }
        if (last == null || last.offset() + last.bytes().length + 1 != place.bytes()) {
            return false;
        }
        AuditRecord record = AuditRecord.parse(last.bytes(), file.toString());
        if (!place.canEndWith(place.follow(record, last.bytes()))) {
            throw new AuditException(file.toString(), "record " + record.seq() + " was changed. " + CheckpointFiles.ADVICE);
        }
        return record.seq() == place.size() - 1;
    }

    private void requireSegments(int count) {
        for (int segment = 0; segment < count; segment++) {
            if (!folder.hasSegment(segment)) {
                throw new AuditException(folder.segment(segment).toString(), "is missing, so records were removed. " + CheckpointFiles.ADVICE);
            }
        }
    }

    /** Where the last line begins that begins before {@code end}. */
    static long lineBefore(Path file, long end) throws IOException {
        long from = Math.max(0, end - AuditRecord.MAX_LINE_BYTES - 2L);
        try (var reader = new LineReader(file, from, 0)) {
            long start = from;
            for (Line line = reader.next(); line != null && line.offset() < end; line = reader.next()) {
                start = line.offset();
            }
            return start;
        }
    }

    private End goOn(LogPosition from, Checkpoint checkpoint) throws IOException {
        LogPosition at = from.copy();
        requireRoot(at, checkpoint);
        while (true) {
            long torn = readSegment(at, checkpoint);
            if (!at.isSegmentOver() || torn > 0) {
                requireLast(at.segment());
                return new End(at, torn);
            }
            if (!folder.hasSegment(at.segment() + 1)) {
                return new End(at, 0);
            }
            at.nextSegment();
        }
    }

    private void requireLast(int segment) {
        if (folder.hasSegment(segment + 1)) {
            throw new AuditException(folder.segment(segment).toString(), "does not end as a file with a successor does, so records were removed. "
                    + CheckpointFiles.ADVICE);
        }
    }

    /** What another process has added since a place. */
    End goOn(LogPosition from) throws IOException {
        return goOn(from, null);
    }

    private long readSegment(LogPosition at, Checkpoint checkpoint) throws IOException {
        Path file = folder.segment(at.segment());
        if (Files.notExists(file)) {
            return 0;
        }
        if (Files.size(file) < at.bytes()) {
            throw new AuditException(file.toString(), "is shorter than it was, so records were removed. " + CheckpointFiles.ADVICE);
        }
        try (var reader = new LineReader(file, at.bytes(), AuditRecord.MAX_LINE_BYTES)) {
            for (Line line = reader.next(); line != null; line = reader.next()) {
                if (isTorn(line)) {
                    return Files.size(file) - line.offset();
                }
                at.add(AuditRecord.parse(line.bytes(), file.toString()), line.bytes(), file.toString());
                requireRoot(at, checkpoint);
            }
        }
        return 0;
    }

    /** A line without its end, or with what a power failure leaves of blocks that were never written. */
    static boolean isTorn(Line line) {
        for (byte b : line.bytes()) {
            if (b == 0) {
                return true;
            }
        }
        return !line.isComplete();
    }

    private void requireRoot(LogPosition at, Checkpoint checkpoint) {
        if (checkpoint != null && at.size() == checkpoint.size() && !CheckpointFiles.isOf(at, checkpoint)) {
            throw new AuditException(folder.toString(), "holds other records than its checkpoint speaks of. " + CheckpointFiles.ADVICE);
        }
    }
}
