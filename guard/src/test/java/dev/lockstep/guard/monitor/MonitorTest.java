package dev.lockstep.guard.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.guard.audit.AuditEvent;
import dev.lockstep.guard.audit.AuditEventType;
import dev.lockstep.guard.audit.AuditField;
import dev.lockstep.guard.audit.AuditSink;
import dev.lockstep.guard.monitor.Metrics.Counter;
import dev.lockstep.guard.monitor.Metrics.Timing;
import dev.lockstep.guard.posture.CheckResult;
import dev.lockstep.guard.posture.CheckStatus;
import dev.lockstep.guard.posture.Posture;
import dev.lockstep.loader.gate.Usage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import jdk.jfr.Event;
import jdk.jfr.EventType;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Recording;
import jdk.jfr.ValueDescriptor;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MonitorTest {
    /** Stands for what must never be seen. */
    private static final String PLANTED = "the-patient-is-called-Korvath";

    private static final List<Class<? extends Event>> EVENTS =
            List.of(GenerationEvent.class, RefusalEvent.class, WipeEvent.class, PostureEvent.class, AuditAppendEvent.class);

    @TempDir
    private Path folder;

    private final SimpleMetrics metrics = new SimpleMetrics();
    private final Monitor monitor = new Monitor(metrics);

    @Test
    void aGenerationIsAnEventWithItsNumbers() throws IOException {
        RecordedEvent event = only("dev.lockstep.Generation", () -> monitor.generated(new Usage(7, 5, 3_000, 4_000, "length")));
        assertThat(event.getLong("promptTokens")).isEqualTo(7);
        assertThat(event.getLong("generatedTokens")).isEqualTo(5);
        assertThat(event.getDuration("prefill")).isEqualTo(Duration.ofNanos(3_000));
        assertThat(event.getDuration("decode")).isEqualTo(Duration.ofNanos(4_000));
        assertThat(event.getString("outcome")).isEqualTo("length");
        assertThat(event.getStackTrace()).isNull();
    }

    @Test
    void aRefusalNamesItsRule() throws IOException {
        RecordedEvent event = only("dev.lockstep.Refusal", () -> monitor.refused("dataClass.models"));
        assertThat(event.getString("rule")).isEqualTo("dataClass.models");
    }

    @Test
    void aWipeCountsItsBytes() throws IOException {
        assertThat(only("dev.lockstep.Wipe", () -> monitor.wiped(4_096)).getLong("bytes")).isEqualTo(4_096);
    }

    @Test
    void aPostureCountsWhatFailedAndWhatIsUnknown() throws IOException {
        RecordedEvent event = only("dev.lockstep.Posture", () -> monitor.posture(posture(), 9_000));
        assertThat(event.getLong("fails")).isEqualTo(1);
        assertThat(event.getLong("unknowns")).isEqualTo(2);
        assertThat(event.getDuration("time")).isEqualTo(Duration.ofNanos(9_000));
    }

    @Test
    void aRecordOfTheAuditLogIsRecordedFirstAndThenCounted() throws IOException {
        var recorded = new ArrayList<AuditEvent>();
        AuditSink watched = monitor.watching(recorded::add);
        only("dev.lockstep.AuditAppend", () -> watched.record(AuditEvent.of(AuditEventType.PROCESS_START)));
        assertThat(recorded).hasSize(1);
        assertThat(metrics.snapshot().counters()).containsEntry(Counter.AUDIT_RECORDS, 1L);
        assertThat(metrics.snapshot().timings().get(Timing.AUDIT_APPEND).count()).isEqualTo(1);
    }

    @Test
    void metricsSumUpWhatHappened() {
        monitor.sessionOpened();
        monitor.generated(new Usage(7, 5, 3_000, 4_000, "length"));
        monitor.generated(new Usage(1, 2, 9_000, 1_000, "stop"));
        monitor.refused("posture.disk");
        monitor.wiped(100);
        monitor.posture(posture(), 50);
        var seen = metrics.snapshot();
        assertThat(seen.counters()).containsEntry(Counter.SESSIONS, 1L).containsEntry(Counter.PROMPT_TOKENS, 8L)
                .containsEntry(Counter.GENERATED_TOKENS, 7L).containsEntry(Counter.REFUSALS, 1L).containsEntry(Counter.ZEROED_BYTES, 100L);
        assertThat(seen.timings().get(Timing.PREFILL)).isEqualTo(new SimpleMetrics.Times(2, 12_000, 9_000));
        assertThat(seen.timings().get(Timing.DECODE)).isEqualTo(new SimpleMetrics.Times(2, 5_000, 4_000));
        assertThat(seen.timings().get(Timing.POSTURE)).isEqualTo(new SimpleMetrics.Times(1, 50, 50));
    }

    @Test
    void namesOfMetricsAreDistinctAndEachHasAUnit() {
        List<String> names = Stream.concat(Stream.of(Counter.values()).map(Counter::id), Stream.of(Timing.values()).map(Timing::id)).toList();
        assertThat(names).doesNotHaveDuplicates().allMatch(name -> name.startsWith("lockstep."));
        assertThat(Counter.values()).allSatisfy(counter -> assertThat(counter.unit()).isNotEmpty());
    }

    /** Whatever reaches the monitor by mistake: the recording as bytes does not have it. */
    @Test
    void nothingThatIsNoWordOfOursReachesARecording() throws IOException {
        Path file = record(() -> {
            monitor.generated(new Usage(1, 1, 1, 1, PLANTED));
            monitor.refused(PLANTED);
            monitor.refused(PLANTED.replace('-', '.').repeat(3));
            monitor.posture(new Posture(Instant.EPOCH, List.of(new CheckResult(PLANTED, CheckStatus.FAIL, PLANTED, PLANTED))), 1);
            monitor.watching(AuditSink.NONE).record(AuditEvent.of(AuditEventType.POLICY_DECISION).with(AuditField.REASON, PLANTED));
        });
        assertThat(RecordingFile.readAllEvents(file)).filteredOn(ours()).hasSize(5)
                .allSatisfy(event -> assertThat(event.toString()).doesNotContainIgnoringCase("korvath"));
        byte[] bytes = Files.readAllBytes(file);
        assertThat(new String(bytes, StandardCharsets.ISO_8859_1)).contains("dev.lockstep.Refusal").doesNotContain("Korvath");
        assertThat(new String(bytes, StandardCharsets.UTF_16LE)).doesNotContain("Korvath");
    }

    /** Whoever adds a text to an event has to think of what it may hold. */
    @Test
    void noEventHasATextButFixedWords() {
        EVENTS.forEach(FlightRecorder::register);
        List<EventType> types = FlightRecorder.getFlightRecorder().getEventTypes().stream()
                .filter(type -> type.getName().startsWith("dev.lockstep.")).toList();
        assertThat(types).hasSize(EVENTS.size());
        List<String> texts = types.stream().flatMap(type -> type.getFields().stream()
                .filter(field -> !Set.of("eventThread", "stackTrace", "startTime", "duration").contains(field.getName()))
                .filter(field -> !field.getTypeName().equals("long"))
                .map((ValueDescriptor field) -> type.getName() + '.' + field.getName())).toList();
        assertThat(texts).containsExactlyInAnyOrder("dev.lockstep.Generation.outcome", "dev.lockstep.Refusal.rule");
    }

    private static Posture posture() {
        return new Posture(Instant.EPOCH, List.of(result(CheckStatus.PASS), result(CheckStatus.FAIL), result(CheckStatus.UNKNOWN),
                result(CheckStatus.UNKNOWN)));
    }

    private static CheckResult result(CheckStatus status) {
        return new CheckResult("swap", status, "", "");
    }

    private static Predicate<RecordedEvent> ours() {
        return event -> event.getEventType().getName().startsWith("dev.lockstep.");
    }

    private RecordedEvent only(String name, Runnable work) throws IOException {
        List<RecordedEvent> events = RecordingFile.readAllEvents(record(work)).stream().filter(ours()).toList();
        assertThat(events).hasSize(1);
        assertThat(events.getFirst().getEventType().getName()).isEqualTo(name);
        return events.getFirst();
    }

    private Path record(Runnable work) throws IOException {
        Path file = folder.resolve("events.jfr");
        try (var recording = new Recording()) {
            EVENTS.forEach(recording::enable);
            recording.start();
            work.run();
            recording.stop();
            recording.dump(file);
        }
        return file;
    }
}
