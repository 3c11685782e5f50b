package dev.lockstep.guard.audit;

import dev.lockstep.guard.device.DeviceSigner;
import dev.lockstep.loader.internal.tlog.Checkpoint;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Writes records and checkpoints. One thread; among processes, one at a time, and each goes on where the one before has stopped.
 *
 * <p>What is written is on disk when a method returns. If one throws, what it was to write is not there, or will be cut off.
 */
final class LogWriter implements AutoCloseable {
    private final LogFolder folder;
    private final FolderLock lock;
    private final CheckpointFiles checkpoints;
    private final LogRecovery recovery;
    private final AuditOptions options;
    private final OpenSegment segment;
    private final String device;

    private LogPosition position;
    private Checkpoint newest;
    private long unsignedSinceNanos = System.nanoTime();
    private boolean unfinished;
    /** What was cut off, and is not yet recorded as a gap. */
    private long cutBytes;
    /** Where the file ends if what was to be undone is still there; 0 if nothing is. */
    private long undoneEnd;
    /** Absent before the first record. */
    private Optional<Instant> latestBefore = Optional.empty();

    LogWriter(LogFolder folder, DeviceSigner signer, AuditOptions options, SegmentFile.Opener opener) throws IOException {
        folder.create();
        this.folder = folder;
        this.options = options;
        this.segment = new OpenSegment(folder, opener);
        this.device = signer.name();
        this.checkpoints = new CheckpointFiles(folder, signer, options);
        this.recovery = new LogRecovery(folder);
        this.lock = new FolderLock(folder);
        try (var _ = lock.acquire()) {
            openLog();
        } catch (IOException | RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private void openLog() throws IOException {
        folder.deleteLeftovers();
        Optional<Checkpoint> known = checkpoints.newest();
        // a log without a checkpoint is one that lost it, so there is one of no records
        newest = known.isPresent() ? known.get() : checkpoints.sign(LogPosition.start());
        checkpoints.requireInHistory(newest);
        LogRecovery.End end = recovery.find(newest, checkpoints.place(newest));
        latestBefore = Stream.of(end.position().latest(), checkpoints.latestTime()).flatMap(Optional::stream).max(Comparator.naturalOrder());
        mend(end);
        if (!checkpoints.isCurrent(newest)) {
            newest = checkpoints.sign(position);
        }
        checkpoints.publishKeys();
    }

    /** Goes to the end; what a crash has left behind it is cut off, and recorded. */
    private void mend(LogRecovery.End end) throws IOException {
        position = end.position();
        if (end.tornBytes() > 0) {
            segment.cut(position);
            cutBytes += end.tornBytes();
        }
        undoneEnd = 0;
        segment.openAtEnd(position);
        recordCut();
    }

    private void recordCut() throws IOException {
        if (cutBytes > 0) {
            write(List.of(gap("bytes that a crash has left", cutBytes)));
            cutBytes = 0;
        }
    }

    /** That something is missing here: so many bytes or events. */
    Happened gap(String reason, long count) {
        return Happened.now(AuditEventType.LOG_GAP,
                Map.of(AuditField.REASON.id(), reason, AuditField.VALUE.id(), count), options);
    }

    /**
     * Adds records; a new file and a checkpoint follow if they are due. If those fail, the records are there all the same; it is tried again
     * before the next ones, which fail if it fails again.
     */
    void append(List<Happened> events) throws IOException {
        try (var _ = lock.acquire()) {
            catchUp();
            if (unfinished) {
                finish();
            }
            write(events);
            try {
                finish();
            } catch (IOException | RuntimeException e) {
                unfinished = true;
            }
        }
    }

    private void finish() throws IOException {
        if (position.bytes() > options.maxSegmentBytes()) {
            beginSegment();
        }
        signIfDue();
        unfinished = false;
    }

    /** Ends the file of records, and begins another. */
    void rotate() throws IOException {
        try (var _ = lock.acquire()) {
            catchUp();
            beginSegment();
        }
    }

    /** Signs what is there, unless that has been done. */
    void checkpoint() throws IOException {
        try (var _ = lock.acquire()) {
            catchUp();
            sign();
        }
    }

    /** The same if it is due. Nobody waits for it, so a failure is for whoever records next. */
    void checkpointIfDue() {
        if (untilDue().isZero()) {
            // whatever comes of it, the next try is not at once
            unsignedSinceNanos = System.nanoTime();
            try {
                checkpoint();
            } catch (IOException | RuntimeException e) {
                unfinished = true;
            }
        }
    }

    /** How long the next checkpoint can wait, unless records are added. */
    Duration untilDue() {
        if (position.size() == newest.size()) {
            return options.checkpointTime();
        }
        Duration waited = Duration.ofNanos(System.nanoTime() - unsignedSinceNanos);
        return waited.compareTo(options.checkpointTime()) >= 0 ? Duration.ZERO : options.checkpointTime().minus(waited);
    }

    /** The latest time that is known of records which were there before. */
    Optional<Instant> latestBefore() {
        return latestBefore;
    }

    /** The newest checkpoint that this process knows. */
    Checkpoint newest() {
        return newest;
    }

    private void catchUp() throws IOException {
        if (!segment.isOpen()) {
            segment.open(position);
        }
        if (undoneEnd > 0 && segment.file().size() == undoneEnd) {
            // nobody has gone on from it
            mend(new LogRecovery.End(position, undoneEnd - position.bytes()));
        }
        if (segment.file().size() == position.bytes() && Files.exists(folder.checkpoint(), LinkOption.NOFOLLOW_LINKS)) {
            recordCut();
            return;
        }
        LogRecovery.End end = recovery.goOn(position);
        newest = checkpoints.newest().filter(found -> found.size() >= newest.size() && found.size() <= end.position().size())
                .orElseThrow(() -> new AuditException(folder.toString(), "is not the log that it was. " + CheckpointFiles.ADVICE));
        mend(end);
    }

    private void write(List<Happened> events) throws IOException {
        LogPosition after = position.copy();
        byte[] lines = lines(events, after);
        if (position.size() == newest.size()) {
            unsignedSinceNanos = System.nanoTime();
        }
        try {
            segment.file().append(lines);
            segment.file().force();
        } catch (IOException e) {
            undo(e);
            throw e;
        }
        position = after;
    }

    private byte[] lines(List<Happened> events, LogPosition at) {
        var lines = new ByteArrayOutputStream();
        for (Happened event : events) {
            var record = new AuditRecord(at.size(), event.time(), event.monotonicNanos(), LoggingProcess.BOOT, LoggingProcess.PID, device,
                    event.event(), event.fields(), at.prev());
            byte[] line = record.line();
            at.add(record, line, folder.toString());
            lines.writeBytes(line);
            lines.write('\n');
        }
        return lines.toByteArray();
    }

    /** If this fails as well, what is there is cut off before the next record. */
    private void undo(IOException reason) {
        try {
            undoneEnd = segment.file().size();
            segment.file().truncate(position.bytes());
            undoneEnd = 0;
        } catch (IOException e) {
            reason.addSuppressed(e);
        }
    }

    private void beginSegment() throws IOException {
        write(List.of(Happened.now(AuditEventType.LOG_ROTATE, Map.of(AuditField.VALUE.id(), (long) position.segment()), options)));
        segment.openAtEnd(position);
    }

    private void signIfDue() throws IOException {
        if (position.size() - newest.size() >= options.checkpointRecords() || untilDue().isZero()) {
            sign();
        }
    }

    private void sign() throws IOException {
        if (position.size() > newest.size()) {
            newest = checkpoints.sign(position);
        }
    }

    @Override
    public void close() throws IOException {
        try {
            segment.close();
        } finally {
            lock.close();
        }
    }
}
