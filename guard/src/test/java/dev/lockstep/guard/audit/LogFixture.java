package dev.lockstep.guard.audit;

import dev.lockstep.loader.internal.tlog.Checkpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;

/** A log of its own for each test, and what is read of it. */
abstract class LogFixture {
    static final TestDevice DEVICE = TestDevice.named("device.example/1");
    static final Instant TIME = Instant.parse("2026-11-27T12:00:00.000000001Z");

    static final AuditOptions OPTIONS = AuditOptions.standard().withClock(InstantSource.fixed(TIME));

    @TempDir
    Path temporary;

    Path folder() {
        return temporary.resolve("audit");
    }

    AuditLog open() {
        return AuditLog.open(folder(), DEVICE, OPTIONS);
    }

    static AuditEvent event(long value) {
        return AuditEvent.of(AuditEventType.SESSION_USE).with(AuditField.PRINCIPAL, "user:anna").with(AuditField.VALUE, value);
    }

    static void record(AuditLog log, int count) {
        for (int i = 0; i < count; i++) {
            log.record(event(i));
        }
    }

    List<AuditRecord> records() {
        var all = new ArrayList<AuditRecord>();
        try (var records = AuditRecords.of(folder())) {
            for (var record = records.next(); record.isPresent(); record = records.next()) {
                all.add(record.get());
            }
        }
        return all;
    }

    AuditVerification verify() {
        return AuditVerifier.verify(folder(), DEVICE.verifier());
    }

    Checkpoint checkpoint() {
        return CheckpointFiles.read(new LogFolder(folder()));
    }

    Path segment(int number) {
        return new LogFolder(folder()).segment(number);
    }

    /** As kill -9 leaves it: with 5 records, of which 2 are signed for. */
    void copyOfARunningLog() throws IOException {
        Path running = temporary.resolve("running");
        Files.createDirectory(folder(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        try (var log = AuditLog.open(running, DEVICE, OPTIONS)) {
            record(log, 2);
            log.checkpoint();
            record(log, 3);
            try (var files = Files.list(running)) {
                for (Path file : files.toList()) {
                    Files.copy(file, folder().resolve(file.getFileName()));
                }
            }
        }
    }
}
