package dev.lockstep.guard.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.loader.internal.tlog.Checkpoint;
import dev.lockstep.loader.trust.SealedState;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A log from opening to closing, and what crashes and others do to it. */
class AuditLogTest {
    private static final TestDevice DEVICE = TestDevice.named("device.example/1");
    private static final Instant TIME = Instant.parse("2026-11-27T12:00:00.000000001Z");

    private static final AuditOptions OPTIONS = AuditOptions.standard().withClock(InstantSource.fixed(TIME));

    @TempDir
    Path temporary;

    private Path folder() {
        return temporary.resolve("audit");
    }

    private AuditLog open() {
        return AuditLog.open(folder(), DEVICE, OPTIONS);
    }

    private static AuditEvent event(long value) {
        return AuditEvent.of(AuditEventType.SESSION_USE).with(AuditField.PRINCIPAL, "user:anna").with(AuditField.VALUE, value);
    }

    private static void record(AuditLog log, int count) {
        for (int i = 0; i < count; i++) {
            log.record(event(i));
        }
    }

    private List<AuditRecord> records() {
        var all = new ArrayList<AuditRecord>();
        try (var records = AuditRecords.of(folder())) {
            for (var record = records.next(); record.isPresent(); record = records.next()) {
                all.add(record.get());
            }
        }
        return all;
    }

    private AuditVerification verify() {
        return AuditVerifier.verify(folder(), DEVICE.verifier());
    }

    private Checkpoint checkpoint() {
        return CheckpointFiles.read(new LogFolder(folder()));
    }

    private Path segment(int number) {
        return new LogFolder(folder()).segment(number);
    }

    @Test
    void theLatestTimeIsKnownEvenIfTheClockWasSetBackSince() {
        Instant later = TIME.plusSeconds(3600);
        AuditOptions options = OPTIONS.withCounter(SealedState.in(temporary.resolve("seen")));
        try (var log = AuditLog.open(folder(), DEVICE, options.withClock(InstantSource.fixed(later)))) {
            assertThat(log.latestBefore()).as("a new log").isEmpty();
            record(log, 1);
        }
        try (var log = AuditLog.open(folder(), DEVICE, options)) {
            assertThat(log.latestBefore()).hasValue(later);
            assertThat(AuditRecords.lastTime(folder())).hasValue(later);
            record(log, 1);
        }
        try (var log = AuditLog.open(folder(), DEVICE, options)) {
            assertThat(log.latestBefore().orElseThrow()).as("it is remembered to the millisecond").isBetween(later.minusMillis(1), later);
        }
    }

    @Test
    void theTimeOfTheLastRecordIsReadFromTheEnd() throws IOException {
        assertThat(AuditRecords.lastTime(folder())).isEmpty();
        try (var log = open()) {
            record(log, 300);
        }
        Files.writeString(segment(0), "half a record", StandardOpenOption.APPEND);
        assertThat(AuditRecords.lastTime(folder())).hasValue(TIME);
    }

    @Test
    void whatWasRecordedIsReadAgainAndVerifies() {
        try (var log = open()) {
            record(log, 3);
        }
        assertThat(records()).extracting(AuditRecord::seq).containsExactly(0L, 1L, 2L);
        AuditRecord second = records().get(1);
        assertThat(second.event()).isEqualTo("session.use");
        assertThat(second.fields()).containsEntry("principal", "user:anna").containsEntry("value", 1L);
        assertThat(second.timeText()).isEqualTo("2026-11-27T12:00:00.000000001Z");
        assertThat(second.device()).isEqualTo("device.example/1");
        assertThat(second.pid()).isEqualTo(ProcessHandle.current().pid());
        assertThat(second.prev()).isEqualTo(AuditRecord.hex(AuditRecord.leafHash(records().get(0).line())));
        assertThat(verify()).isEqualTo(new AuditVerification("device.example/1", 3, 3, 2, Optional.empty(), List.of()));
    }

    @Test
    void aRecordIsOnDiskWhenItWasRecorded() {
        try (var log = open()) {
            for (int i = 0; i < 5; i++) {
                log.record(event(i));
                assertThat(records()).hasSize(i + 1);
            }
        }
    }

    @Test
    void aLogGoesOnWhereItWasClosed() {
        for (int i = 1; i <= 3; i++) {
            try (var log = open()) {
                record(log, 2);
            }
            assertThat(verify()).extracting(AuditVerification::records, AuditVerification::isIntact).containsExactly(2L * i, true);
        }
        assertThat(records()).extracting(AuditRecord::boot).containsOnly(LoggingProcess.BOOT);
    }

    @Test
    void checkpointsAreSignedEverySoManyRecordsAndWhenAskedFor() {
        try (var log = AuditLog.open(folder(), DEVICE, OPTIONS.withCheckpoints(4, Duration.ofDays(1)))) {
            record(log, 3);
            assertThat(checkpoint().size()).isZero();
            record(log, 1);
            assertThat(checkpoint().size()).isEqualTo(4);
            record(log, 1);
            log.checkpoint();
            assertThat(checkpoint().size()).isEqualTo(5);
        }
        assertThat(verify().checkpoints()).isEqualTo(3);
    }

    @Test
    void aCheckpointIsSignedAfterSomeTimeEvenIfNothingHappens() throws Exception {
        try (var log = AuditLog.open(folder(), DEVICE, OPTIONS.withCheckpoints(1_000, Duration.ofMillis(5)))) {
            record(log, 1);
            while (checkpoint().size() == 0) {
                Thread.sleep(1);
            }
        }
    }

    @Test
    void filesAreFollowedByOthersAndTheTreeGoesOn() {
        try (var log = AuditLog.open(folder(), DEVICE, OPTIONS.withMaxSegmentBytes(2_000))) {
            record(log, 20);
            log.rotate();
            record(log, 1);
        }
        assertThat(segment(3)).exists();
        assertThat(records()).extracting(AuditRecord::event).contains("log.rotate");
        assertThat(records()).extracting(AuditRecord::seq).doesNotHaveDuplicates().isSorted();
        assertThat(verify().isIntact()).isTrue();
        try (var log = open()) {
            record(log, 1);
        }
        assertThat(verify()).extracting(AuditVerification::records, AuditVerification::isIntact).containsExactly((long) records().size(), true);
    }

    @Test
    void aFileThatWasJustEndedIsFollowedByAnother() throws IOException {
        try (var log = open()) {
            record(log, 1);
            log.rotate();
        }
        Files.delete(segment(1));
        try (var log = open()) {
            record(log, 1);
        }
        assertThat(segment(1)).exists();
        assertThat(verify()).extracting(AuditVerification::records, AuditVerification::isIntact).containsExactly(3L, true);
    }

    @Test
    void halfOfARecordIsCutOffAndRecordedAsAGap() throws IOException {
        try (var log = open()) {
            record(log, 2);
        }
        Files.writeString(segment(0), "{\"boot\":\"half of", StandardOpenOption.APPEND);
        assertThat(verify().isIntact()).isTrue();
        assertThat(verify().remarks()).singleElement().asString().contains("line 3: is being written, or was cut off by a crash");
        try (var log = open()) {
            record(log, 1);
        }
        assertThat(records().get(2).event()).isEqualTo("log.gap");
        assertThat(records().get(2).fields()).containsEntry("value", 16L).containsEntry("reason", "bytes that a crash has left");
        assertThat(verify()).extracting(AuditVerification::records, AuditVerification::isIntact).containsExactly(4L, true);
    }

    @Test
    void blocksThatAPowerFailureHasLeftEmptyAreCutOff() throws IOException {
        try (var log = open()) {
            record(log, 2);
        }
        Files.write(segment(0), "\0\0\0\0\n{}\n".getBytes(StandardCharsets.US_ASCII), StandardOpenOption.APPEND);
        open().close();
        assertThat(records().get(2).fields()).containsEntry("value", 8L);
        assertThat(verify().isIntact()).isTrue();
    }

    @Test
    void recordsWithoutACheckpointAreKept() throws IOException {
        copyOfARunningLog();
        assertThat(verify().isIntact()).isTrue();
        assertThat(verify().remarks()).containsExactly("3 record(s) at the end have no checkpoint yet");
        open().close();
        assertThat(records()).hasSize(5);
        assertThat(verify()).extracting(AuditVerification::signedRecords, AuditVerification::isIntact).containsExactly(5L, true);
    }

    /** As kill -9 leaves it: with 5 records, of which 2 are signed for. */
    private void copyOfARunningLog() throws IOException {
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

    @Test
    void theTailAfterTheNewestCheckpointIsFoundWithoutTheShortCut() throws IOException {
        copyOfARunningLog();
        Files.writeString(new LogFolder(folder()).head(), "nonsense");
        open().close();
        assertThat(verify()).extracting(AuditVerification::records, AuditVerification::isIntact).containsExactly(5L, true);
    }

    @Test
    void aLogThatIsShorterThanItsCheckpointIsNotOpened() throws IOException {
        try (var log = open()) {
            record(log, 3);
        }
        List<String> lines = Files.readAllLines(segment(0));
        Files.write(segment(0), lines.subList(0, 2));
        assertThatThrownBy(this::open).isInstanceOf(AuditException.class).hasMessageContaining("records were removed");
        assertThat(verify().problem().orElseThrow().seq()).isEqualTo(2);
    }

    @Test
    void aRecordThatWasChangedSinceTheCheckpointKeepsTheLogClosed() throws IOException {
        copyOfARunningLog();
        List<String> lines = new ArrayList<>(Files.readAllLines(segment(0)));
        lines.set(0, lines.get(0).replace("\"value\":0}", "\"value\":7}"));
        Files.write(segment(0), lines);
        // the short cut skips what is signed for, which only the verifier reads again
        try (var log = open()) {
            record(log, 1);
        }
        assertThat(verify().problem().orElseThrow().seq()).isZero();
        Files.delete(new LogFolder(folder()).head());
        assertThatThrownBy(this::open).isInstanceOf(AuditException.class).hasMessageContaining("was changed");
    }

    @Test
    void anOldStateInPlaceOfTheNewestIsNotOpened() throws IOException {
        AuditOptions counting = OPTIONS.withCounter(SealedState.in(temporary.resolve("state")));
        try (var log = AuditLog.open(folder(), DEVICE, counting)) {
            record(log, 2);
        }
        Path old = temporary.resolve("old");
        Files.createDirectory(old);
        try (var files = Files.list(folder())) {
            for (Path file : files.toList()) {
                Files.copy(file, old.resolve(file.getFileName()));
            }
        }
        try (var log = AuditLog.open(folder(), DEVICE, counting)) {
            record(log, 2);
        }
        try (var files = Files.list(old)) {
            for (Path file : files.toList()) {
                Files.copy(file, folder().resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        assertThat(verify().isIntact()).as("an old state is as good as the newest to whoever has not seen the newest").isTrue();
        assertThatThrownBy(() -> AuditLog.open(folder(), DEVICE, counting)).isInstanceOf(AuditException.class)
                .hasMessageContaining("is of 2 records; there were 4 once");
        try (var files = Files.list(folder())) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        assertThatThrownBy(() -> AuditLog.open(folder(), DEVICE, counting)).hasMessageContaining("is missing");
    }

    @Test
    void aLogOfAnotherDeviceIsNotOpened() {
        open().close();
        for (var other : List.of(TestDevice.named("device.example/1"), TestDevice.named("device.example/2"))) {
            assertThatThrownBy(() -> AuditLog.open(folder(), other, OPTIONS)).isInstanceOf(AuditException.class)
                    .hasMessageContaining("is not signed by this device");
        }
    }

    @Test
    void recordsUnderAFormerKeyStayVerifiable() {
        try (var log = open()) {
            record(log, 2);
        }
        TestDevice renewed = TestDevice.named("device.example/1");
        try (var log = AuditLog.open(folder(), renewed, OPTIONS.withFormerKeys(DEVICE.verifier()))) {
            record(log, 2);
        }
        var both = List.of(VerifierKey.of(DEVICE), VerifierKey.of(renewed));
        assertThat(AuditVerifier.verify(folder(), both)).extracting(AuditVerification::records, AuditVerification::isIntact).containsExactly(4L, true);
        assertThat(AuditVerifier.verify(folder(), renewed.verifier()).problem().orElseThrow().what()).contains("not signed with a key that was given");
    }

    @Test
    void aFolderThatOthersMayWriteToIsNotLoggedInto() throws IOException {
        Files.createDirectory(folder());
        Files.setPosixFilePermissions(folder(), PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThatThrownBy(this::open).isInstanceOf(AuditException.class).hasMessageContaining("everybody may write to");
    }

    @Test
    void filesAreForTheirOwnerOnly() throws IOException {
        try (var log = open()) {
            record(log, 1);
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder()))).isEqualTo("rwx------");
        try (var files = Files.list(folder())) {
            for (Path file : files.toList()) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file))).as(file.toString()).isEqualTo("rw-------");
            }
        }
    }

    @Test
    void twoLogsOnOneFolderTakeTurns() throws Exception {
        try (var one = open(); var other = open(); var threads = Executors.newFixedThreadPool(4)) {
            var done = new ArrayList<Future<?>>();
            for (int i = 0; i < 4; i++) {
                AuditLog log = i % 2 == 0 ? one : other;
                done.add(threads.submit(() -> record(log, 8)));
            }
            for (Future<?> each : done) {
                each.get();
            }
            one.rotate();
            record(other, 1);
        }
        assertThat(records()).hasSize(34);
        assertThat(verify()).extracting(AuditVerification::records, AuditVerification::isIntact).containsExactly(34L, true);
    }

    @Test
    void anInterruptedCallerRecordsAllTheSame() {
        try (var log = open()) {
            Thread.currentThread().interrupt();
            log.record(event(1));
            assertThat(Thread.interrupted()).isTrue();
            log.record(event(2));
        }
        assertThat(records()).hasSize(2);
    }

    @Test
    void aClosedLogSaysSo() {
        var log = open();
        log.close();
        log.close();
        assertThatThrownBy(() -> log.record(event(1))).isInstanceOf(AuditException.class).hasMessageContaining("is closed");
    }

    @Test
    void theLogsOwnEventsAreItsOwn() {
        try (var log = open()) {
            assertThatThrownBy(() -> log.record(AuditEvent.of(AuditEventType.LOG_GAP))).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> log.record(AuditEvent.of(AuditEventType.LOG_ROTATE))).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void aFolderThatVanishesIsNoticed() throws IOException {
        try (var log = open()) {
            record(log, 1);
            try (var files = Files.list(folder())) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            assertThatThrownBy(() -> log.record(event(2))).isInstanceOf(AuditException.class);
            assertThatThrownBy(log::close).isInstanceOf(AuditException.class);
        }
    }

    @Test
    void textCannotForgeALine() {
        try (var log = open()) {
            log.record(AuditEvent.of(AuditEventType.AUTHENTICATION)
                    .with(AuditField.PRINCIPAL, "a\"}\n{\"seq\":9\u202e\u0007\ud800" + "x".repeat(500)));
        }
        assertThat(records()).singleElement().extracting(record -> record.fields().get("principal")).asString()
                .startsWith("a\"}\\u000a{\"seq\":9\\u202e\\u0007\\ud800xxx");
        assertThat(verify().isIntact()).isTrue();
    }
}
