package dev.lockstep.guard.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.guard.audit.AuditVerification.Problem;
import dev.lockstep.loader.internal.tlog.SignedNote;
import dev.lockstep.loader.trust.SealedState;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A log from opening to closing, and what crashes do to it. */
@Timeout(value = 1, unit = TimeUnit.MINUTES)
class AuditLogTest extends LogFixture {
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

    @Test
    void theTailAfterTheNewestCheckpointIsFoundWithoutTheShortCut() throws IOException {
        copyOfARunningLog();
        Files.writeString(new LogFolder(folder()).head(), "nonsense");
        open().close();
        assertThat(verify()).extracting(AuditVerification::records, AuditVerification::isIntact).containsExactly(5L, true);
    }

    @Test
    void recordsDoNotWaitForTheirCheckpointForDays() {
        assertThatThrownBy(() -> OPTIONS.withCheckpoints(1, Duration.ofDays(1).plusNanos(1))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aRecordOfAnotherDeviceIsNoneOfThisLog() throws IOException {
        copyOfARunningLog();
        List<String> lines = new ArrayList<>(Files.readAllLines(segment(0)));
        lines.set(4, lines.get(4).replace("device.example/1", "device.example/2"));
        Files.write(segment(0), lines);
        assertThat(verify().problem().orElseThrow()).extracting(Problem::seq, Problem::what).containsExactly(4L, "is of another device than the checkpoint");
        assertThat(verify().records()).isEqualTo(2);
    }

    @Test
    void anEarlierCheckpointOfAnotherLogIsFound() throws IOException {
        open().close();
        var other = TestDevice.named("device.example/2");
        AuditLog.open(temporary.resolve("other"), other, OPTIONS).close();
        Path history = new LogFolder(folder()).history();
        Files.writeString(history, Files.readString(new LogFolder(temporary.resolve("other")).history()) + Files.readString(history));
        var both = List.of(VerifierKey.of(other), VerifierKey.of(DEVICE));
        assertThat(AuditVerifier.verify(folder(), both).problem().orElseThrow().what()).contains("is of another log");
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
    void recordsUnderAFormerKeyStayVerifiable() throws IOException {
        try (var log = open()) {
            record(log, 2);
        }
        TestDevice renewed = TestDevice.named("device.example/1");
        try (var log = AuditLog.open(folder(), renewed, OPTIONS.withFormerKeys(DEVICE.verifier()))) {
            record(log, 2);
        }
        var both = List.of(VerifierKey.of(DEVICE), VerifierKey.of(renewed));
        assertThat(AuditVerifier.verify(folder(), both.reversed()).problem().orElseThrow().what()).contains("signed with a key that was replaced");
        Path file = new LogFolder(folder()).history();
        String history = Files.readString(file);
        String text = checkpoint().note().text();
        byte[] signature = DEVICE.sign(text.getBytes(StandardCharsets.UTF_8));
        Files.writeString(file, history + SignedNote.of(text, DEVICE.name(), VerifierKey.of(DEVICE).id(), signature) + '\n');
        assertThat(AuditVerifier.verify(folder(), both).problem().orElseThrow().what()).contains("signed with a key that had been replaced");
        Files.writeString(file, history);
        assertThat(AuditVerifier.verify(folder(), both)).extracting(AuditVerification::records, AuditVerification::isIntact).containsExactly(4L, true);
        assertThat(AuditVerifier.verify(folder(), renewed.verifier()).problem().orElseThrow().what()).contains("not signed with a key that was given");
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
