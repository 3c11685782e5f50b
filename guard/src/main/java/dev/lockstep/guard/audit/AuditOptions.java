package dev.lockstep.guard.audit;

import dev.lockstep.loader.trust.SeenVersions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;

/**
 * How a log is kept. Immutable.
 *
 * @param onError what happens when a record cannot be written
 * @param checkpointRecords a checkpoint is signed after so many records
 * @param checkpointTime or so long after the first record that none covers; at most a day
 * @param maxSegmentBytes a file that is larger is followed by another
 * @param counter remembers how long the log was, so that an old state of it is not passed off as the newest
 * @param formerKeys that signed earlier checkpoints of this log, the oldest first
 * @param clock tells the time of records
 */
public record AuditOptions(OnError onError, int checkpointRecords, Duration checkpointTime, long maxSegmentBytes, SeenVersions counter,
                           List<VerifierKey> formerKeys, InstantSource clock) {
    private static final int DEFAULT_CHECKPOINT_RECORDS = 256;
    private static final Duration DEFAULT_CHECKPOINT_TIME = Duration.ofSeconds(30);

    /** Records that nothing vouches for any longer are no record. */
    private static final Duration MAX_CHECKPOINT_TIME = Duration.ofDays(1);

    private static final long DEFAULT_SEGMENT_BYTES = 64L << 20;

    /** What happens when a record cannot be written. */
    public enum OnError {
        /** Whoever records gets an {@link AuditException}, and must not go on. */
        REFUSE,
        /** It is counted, and recorded as a gap once the log can be written again. */
        CONTINUE
    }

    public AuditOptions {
        if (checkpointRecords < 1 || checkpointTime.isNegative() || checkpointTime.isZero()
                || checkpointTime.compareTo(MAX_CHECKPOINT_TIME) > 0 || maxSegmentBytes < 1) {
            throw new IllegalArgumentException("checkpointRecords=" + checkpointRecords + ", checkpointTime=" + checkpointTime
                    + ", maxSegmentBytes=" + maxSegmentBytes);
        }
        formerKeys = List.copyOf(formerKeys);
    }

    /** A checkpoint every 256 records or 30 s, files of 64 MiB, no counter; errors refuse. */
    public static AuditOptions standard() {
        return new AuditOptions(OnError.REFUSE, DEFAULT_CHECKPOINT_RECORDS, DEFAULT_CHECKPOINT_TIME, DEFAULT_SEGMENT_BYTES,
                SeenVersions.NONE, List.of(), InstantSource.system());
    }

    /** The same with another answer to errors. */
    public AuditOptions withOnError(OnError answer) {
        return new AuditOptions(answer, checkpointRecords, checkpointTime, maxSegmentBytes, counter, formerKeys, clock);
    }

    /** The same with checkpoints more or less often. */
    public AuditOptions withCheckpoints(int records, Duration time) {
        return new AuditOptions(onError, records, time, maxSegmentBytes, counter, formerKeys, clock);
    }

    /** The same with larger or smaller files. */
    public AuditOptions withMaxSegmentBytes(long bytes) {
        return new AuditOptions(onError, checkpointRecords, checkpointTime, bytes, counter, formerKeys, clock);
    }

    /** The same that remembers how long the log was. */
    public AuditOptions withCounter(SeenVersions memory) {
        return new AuditOptions(onError, checkpointRecords, checkpointTime, maxSegmentBytes, memory, formerKeys, clock);
    }

    /** The same for a device whose key was replaced. */
    public AuditOptions withFormerKeys(List<VerifierKey> keys) {
        return new AuditOptions(onError, checkpointRecords, checkpointTime, maxSegmentBytes, counter, keys, clock);
    }

    /** The same with another clock. */
    public AuditOptions withClock(InstantSource source) {
        return new AuditOptions(onError, checkpointRecords, checkpointTime, maxSegmentBytes, counter, formerKeys, source);
    }
}
