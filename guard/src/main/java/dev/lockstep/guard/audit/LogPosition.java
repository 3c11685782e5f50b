package dev.lockstep.guard.audit;

import dev.lockstep.loader.internal.tlog.CanonicalBase64;
import dev.lockstep.loader.internal.tlog.Checkpoint;
import dev.lockstep.loader.internal.tlog.Frontier;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** A place between two records of a log, with all that is needed to go on from there. Not thread-safe. */
final class LogPosition {
    private static final String FORMAT = "lockstep-audit-head/v1";
    private static final int FIXED_LINES = 4;

    private final Frontier tree;
    private String prev;
    private int segment;
    private long bytes;
    private boolean isSegmentOver;
    /** Null before the first record. */
    private Instant latest;

    private LogPosition(Frontier tree, int segment, long bytes) {
        this.tree = tree;
        this.prev = AuditRecord.NO_PREV;
        this.segment = segment;
        this.bytes = bytes;
    }

    /** Before the first record. */
    static LogPosition start() {
        return new LogPosition(new Frontier(), 0, 0);
    }

    /** The same place, to go on from independently. */
    LogPosition copy() {
        var copy = new LogPosition(tree.copy(), segment, bytes);
        copy.prev = prev;
        copy.isSegmentOver = isSegmentOver;
        copy.latest = latest;
        return copy;
    }

    /**
     * Goes behind the next record.
     *
     * @param file for messages
     * @throws AuditException if it does not follow on what is before
     */
    void add(AuditRecord record, byte[] line, String file) {
        if (isSegmentOver) {
            throw new AuditException(file, "goes on after the record that ends it");
        }
        if (record.seq() != tree.size()) {
            throw new AuditException(file, "holds record " + record.seq() + " where record " + tree.size() + " is due");
        }
        if (!record.prev().equals(prev)) {
            throw new AuditException(file, "record " + tree.size() + " or the one before was changed. " + CheckpointFiles.ADVICE);
        }
        tree.add(follow(record, line));
        bytes += line.length + 1L;
    }

    /** Takes over what the last record says, without adding it. */
    byte[] follow(AuditRecord record, byte[] line) {
        byte[] leaf = AuditRecord.leafHash(line);
        prev = AuditRecord.hex(leaf);
        isSegmentOver = record.event().equals(AuditEventType.LOG_ROTATE.id());
        latest = latest == null || record.time().isAfter(latest) ? record.time() : latest;
        return leaf;
    }

    /** False if the tree knows another last leaf. A tree of an even size knows none: it has been hashed with the leaves before. */
    boolean canEndWith(byte[] leaf) {
        return size() % 2 == 0 || Arrays.equals(tree.roots().getLast(), leaf);
    }

    /** Goes to the begin of the next file. */
    void nextSegment() {
        segment++;
        bytes = 0;
        isSegmentOver = false;
    }

    /** Number of records before this. */
    long size() {
        return tree.size();
    }

    byte[] root() {
        return tree.root();
    }

    /** What the next record calls {@code prev}. */
    String prev() {
        return prev;
    }

    /** Number of the file. */
    int segment() {
        return segment;
    }

    /** Offset in the file. */
    long bytes() {
        return bytes;
    }

    /** The latest time of those records before this that were read or written; absent if there are none. */
    Optional<Instant> latest() {
        return Optional.ofNullable(latest);
    }

    /** True if the record before ends the file. */
    boolean isSegmentOver() {
        return isSegmentOver;
    }

    /** All but what is found in the record before. */
    String text() {
        var lines = new ArrayList<>(List.of(FORMAT, Long.toString(size()), Integer.toString(segment), Long.toString(bytes)));
        tree.roots().forEach(root -> lines.add(Base64.getEncoder().encodeToString(root)));
        return String.join("\n", lines) + '\n';
    }

    /** The place that a text describes, or nothing if it makes no sense. */
    static Optional<LogPosition> parse(String text) {
        List<String> lines = text.lines().toList();
        if (lines.size() < FIXED_LINES || !lines.getFirst().equals(FORMAT)) {
            return Optional.empty();
        }
        var numbers = lines.subList(1, FIXED_LINES).stream().flatMap(line -> Checkpoint.size(line).stream()).toList();
        var roots = lines.stream().skip(FIXED_LINES).flatMap(line -> CanonicalBase64.decode(line).stream()).toList();
        if (numbers.size() < FIXED_LINES - 1 || Long.bitCount(numbers.get(0)) != roots.size() || numbers.get(1) > Integer.MAX_VALUE) {
            return Optional.empty();
        }
        return Optional.of(new LogPosition(new Frontier(numbers.get(0), roots), numbers.get(1).intValue(), numbers.get(2)));
    }
}
