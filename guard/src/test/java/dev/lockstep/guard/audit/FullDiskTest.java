package dev.lockstep.guard.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.guard.audit.AuditOptions.OnError;
import dev.lockstep.loader.trust.SeenVersions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A disk that fails in some of the ways disks do, for a while. */
@Timeout(value = 1, unit = TimeUnit.MINUTES)
class FullDiskTest {
    private static final TestDevice DEVICE = TestDevice.named("device.example/1");

    @TempDir
    Path folder;

    private final Set<Fault> faults = EnumSet.noneOf(Fault.class);

    private enum Fault { APPEND_HALF, FORCE, TRUNCATE, OPEN }

    private SegmentFile open(Path path) throws IOException {
        fail(Fault.OPEN);
        SegmentFile file = SegmentFile.open(path);
        return new SegmentFile() {
            @Override
            public long size() throws IOException {
                return file.size();
            }

            @Override
            public void append(byte[] bytes) throws IOException {
                if (faults.contains(Fault.APPEND_HALF)) {
                    file.append(Arrays.copyOf(bytes, bytes.length / 2));
                }
                fail(Fault.APPEND_HALF);
                file.append(bytes);
            }

            @Override
            public void force() throws IOException {
                fail(Fault.FORCE);
                file.force();
            }

            @Override
            public void truncate(long size) throws IOException {
                fail(Fault.TRUNCATE);
                file.truncate(size);
            }

            @Override
            public void close() throws IOException {
                file.close();
            }
        };
    }

    private void fail(Fault fault) throws IOException {
        if (faults.contains(fault)) {
            throw new IOException("No space left on device");
        }
    }

    private AuditLog log(AuditOptions options) {
        return AuditLog.open(folder, DEVICE, options, this::open);
    }

    private static AuditEvent event(long value) {
        return AuditEvent.of(AuditEventType.SESSION_USE).with(AuditField.VALUE, value);
    }

    private List<String> recorded() {
        assertThat(AuditVerifier.verify(folder, DEVICE.verifier()).problem()).isEmpty();
        var all = new ArrayList<String>();
        try (var records = AuditRecords.of(folder)) {
            for (var record = records.next(); record.isPresent(); record = records.next()) {
                all.add(record.get().event() + ' ' + record.get().fields().get("value"));
            }
        }
        return all;
    }

    @Test
    void whoeverRecordsIsRefusedAndTheLogGoesOnLater() {
        try (var log = log(AuditOptions.standard())) {
            log.record(event(1));
            for (Fault fault : List.of(Fault.APPEND_HALF, Fault.FORCE)) {
                faults.add(fault);
                assertThatThrownBy(() -> log.record(event(2))).isInstanceOf(AuditException.class).hasMessageContaining("No space left on device");
                faults.clear();
                assertThat(recorded()).doesNotContain("session.use 2");
            }
            log.record(event(3));
        }
        assertThat(recorded()).containsExactly("session.use 1", "session.use 3");
    }

    @Test
    void halfARecordThatCouldNotBeTakenBackIsCutOffLater() {
        try (var log = log(AuditOptions.standard())) {
            log.record(event(1));
            faults.addAll(List.of(Fault.APPEND_HALF, Fault.TRUNCATE));
            assertThatThrownBy(() -> log.record(event(2))).isInstanceOf(AuditException.class);
            faults.clear();
            log.record(event(3));
        }
        List<String> recorded = recorded();
        assertThat(recorded).hasSize(3).startsWith("session.use 1").endsWith("session.use 3");
        assertThat(recorded.get(1)).startsWith("log.gap ");
    }

    /** Whole, so that only this process knows that it was not to be. */
    @Test
    void aRecordThatCouldNotBeTakenBackIsCutOffLater() {
        try (var log = log(AuditOptions.standard())) {
            log.record(event(1));
            faults.addAll(List.of(Fault.FORCE, Fault.TRUNCATE));
            assertThatThrownBy(() -> log.record(event(2))).isInstanceOf(AuditException.class);
            faults.clear();
            log.record(event(3));
        }
        assertThat(recorded()).hasSize(3).doesNotContain("session.use 2").startsWith("session.use 1").endsWith("session.use 3");
    }

    @Test
    void aGapThatCouldNotBeRecordedIsRecordedWithTheNextEvent() throws IOException {
        try (var log = log(AuditOptions.standard())) {
            log.record(event(1));
            Files.writeString(new LogFolder(folder).segment(0), "half of", StandardOpenOption.APPEND);
            faults.add(Fault.APPEND_HALF);
            assertThatThrownBy(() -> log.record(event(2))).isInstanceOf(AuditException.class);
            faults.clear();
            log.record(event(3));
        }
        assertThat(recorded()).containsExactly("session.use 1", "log.gap 7", "session.use 3");
    }

    @Test
    void eventsThatAreLostAreCountedAndRecordedAsAGap() {
        try (var log = log(AuditOptions.standard().withOnError(OnError.CONTINUE))) {
            log.record(event(1));
            faults.add(Fault.FORCE);
            log.record(event(2));
            log.record(event(3));
            assertThat(log.lostEvents()).isEqualTo(2);
            faults.clear();
            log.record(event(4));
            assertThat(log.lostEvents()).isZero();
        }
        assertThat(recorded()).containsExactly("session.use 1", "log.gap 2", "session.use 4");
    }

    @Test
    void whatWasLostIsRecordedWhenTheLogIsClosedIfTheDiskHasRoomAgain() {
        for (boolean hasRoom : new boolean[] {false, true}) {
            try (var log = log(AuditOptions.standard().withOnError(OnError.CONTINUE))) {
                faults.add(Fault.FORCE);
                log.record(event(1));
                if (hasRoom) {
                    faults.clear();
                }
            }
            faults.clear();
            assertThat(recorded()).isEqualTo(hasRoom ? List.of("log.gap 1") : List.of());
        }
    }

    @Test
    void aFileThatCannotFollowKeepsTheRecordsAndRefusesTheNext() {
        try (var log = log(AuditOptions.standard().withMaxSegmentBytes(1))) {
            faults.add(Fault.OPEN);
            log.record(event(1));
            assertThatThrownBy(() -> log.record(event(2))).isInstanceOf(AuditException.class);
            faults.clear();
            log.record(event(3));
        }
        assertThat(recorded()).containsExactly("session.use 1", "log.rotate 0", "session.use 3", "log.rotate 1");
    }

    @Test
    void aCheckpointThatCannotBeKeptIsTriedAgainBeforeTheNextRecord() {
        var memory = new FailingCounter();
        try (var log = log(AuditOptions.standard().withCheckpoints(1, Duration.ofDays(1)).withCounter(memory))) {
            memory.fails = true;
            log.record(event(1));
            assertThatThrownBy(() -> log.record(event(2))).isInstanceOf(AuditException.class).hasMessageContaining("cannot remember");
            memory.fails = false;
            log.record(event(3));
        }
        assertThat(recorded()).containsExactly("session.use 1", "session.use 3");
        assertThat(memory.newest).as("one more than records").isEqualTo(3);
    }

    /** Remembers one number, if at all. */
    private static final class FailingCounter implements SeenVersions {
        private volatile boolean fails;
        private volatile long newest;

        @Override
        public OptionalLong newest(Kind kind, String name) {
            return kind == Kind.AUDIT_LOG ? OptionalLong.of(newest) : OptionalLong.empty();
        }

        @Override
        public void record(Kind kind, String name, long version) {
            if (fails) {
                throw new IllegalStateException("cannot remember");
            }
            newest = kind == Kind.AUDIT_LOG ? Math.max(newest, version) : newest;
        }
    }
}
