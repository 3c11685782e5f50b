package dev.lockstep.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.app.Main;
import dev.lockstep.guard.audit.AuditLog;
import dev.lockstep.guard.audit.AuditRecord;
import dev.lockstep.guard.audit.AuditRecords;
import dev.lockstep.guard.audit.AuditVerification;
import dev.lockstep.guard.audit.AuditVerifier;
import dev.lockstep.guard.audit.VerifierKey;
import dev.lockstep.guard.device.DeviceKey;
import dev.lockstep.testkit.Jvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Audit logs of processes that are killed, and of several at once. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class AuditCrashTest {
    private static final long SEED = 0xdead_10cL;
    private static final int KILLS = 6;
    private static final long FOR_EVER = Long.MAX_VALUE;

    @TempDir
    Path temporary;

    private DeviceKey key;

    @BeforeEach
    void makeKey() {
        key = DeviceKey.create(temporary.resolve("device"), "device");
    }

    private Path folder() {
        return temporary.resolve("audit");
    }

    private Process start(String name, long count) throws IOException {
        return new ProcessBuilder(Jvm.command(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx64m"), LoggingChild.class.getName(),
                List.of(folder().toString(), temporary.resolve("device").toString(), name, Long.toString(count))))
                .redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    private AuditVerification verify() {
        return AuditVerifier.verify(folder(), List.of(VerifierKey.of(key)));
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

    private Set<String> recorded() {
        var recorded = new HashSet<String>();
        records().forEach(record -> recorded.add(record.fields().get("principal") + " " + record.fields().get("value")));
        return recorded;
    }

    private long gaps() {
        return records().stream().filter(record -> record.event().equals("log.gap")).count();
    }

    private Path lastFile() throws IOException {
        try (var files = Files.list(folder())) {
            return files.filter(file -> file.toString().endsWith(".jsonl")).sorted().toList().getLast();
        }
    }

    @Test
    void nothingThatWasRecordedIsLostWhenTheProcessIsKilled() throws Exception {
        var random = new SplittableRandom(SEED);
        var acknowledged = new HashSet<String>();
        for (int kill = 0; kill < KILLS; kill++) {
            killAfter(random.nextInt(1, 120), start("p" + kill, FOR_EVER), acknowledged);
            assertThat(verify().problem()).as("kill %d, seed %x", kill, SEED).isEmpty();
            long gaps = gaps();
            boolean isTorn = kill % 2 == 1;
            if (isTorn) {
                // what a power failure adds to a kill
                Files.writeString(lastFile(), "{\"boot\":\"", StandardOpenOption.APPEND);
            }
            AuditLog.open(folder(), key, LoggingChild.options()).close();
            assertThat(gaps()).isEqualTo(gaps + (isTorn ? 1 : 0));
            assertThat(verify()).extracting(AuditVerification::isIntact, AuditVerification::signedRecords)
                    .containsExactly(true, (long) records().size());
        }
        assertThat(recorded()).containsAll(acknowledged);
    }

    private static void killAfter(int events, Process process, Set<String> acknowledged) throws Exception {
        try (var output = process.inputReader()) {
            for (int i = 0; i < events; i++) {
                acknowledged.add(output.readLine());
            }
            // not the process itself, which would close its output
            process.toHandle().destroyForcibly();
            output.lines().forEach(acknowledged::add);
        }
        process.waitFor();
    }

    @Test
    void aProcessThatIsToldToEndSignsForAllThatItHasRecorded() throws Exception {
        Path errors = temporary.resolve("errors");
        var builder = new ProcessBuilder(Jvm.command(List.of("-Xmx256m", "-XX:+UseSerialGC", "--add-modules", Jvm.VECTOR_MODULE), Main.class.getName(),
                List.of("run", "--model", Models.demoFile().toString(), "--key", Models.demoFolder().resolve("demo-key.pub.pem").toString(), "-p", "Once",
                        "-n", "900", "--audit", folder().toString()))).redirectError(errors.toFile());
        builder.environment().put("XDG_STATE_HOME", temporary.resolve("state").toString());
        Process process = builder.start();
        assertThat(process.getInputStream().read()).as("it answers").isNotNegative();
        process.toHandle().destroy();
        process.getInputStream().readAllBytes();
        process.waitFor();
        AuditVerification result = AuditVerifier.verify(folder(), VerifierKey.besideLog(folder()));
        assertThat(records()).extracting(AuditRecord::event).contains("model.open").endsWith("process.stop");
        assertThat(result).extracting(AuditVerification::isIntact, AuditVerification::signedRecords).containsExactly(true, (long) records().size());
        assertThat(Files.readString(errors)).contains("lockstep: ended; ").doesNotContain("not recorded", "is not kept", "Exception");
    }

    @Test
    void twoProcessesLogIntoOneFolder() throws Exception {
        var acknowledged = new HashSet<String>();
        var processes = List.of(start("one", 30), start("other", 30));
        for (Process process : processes) {
            try (var output = process.inputReader()) {
                output.lines().forEach(acknowledged::add);
            }
            assertThat(process.waitFor()).isZero();
        }
        assertThat(acknowledged).hasSize(2 * 3 * 30);
        assertThat(recorded()).containsAll(acknowledged);
        assertThat(verify()).extracting(AuditVerification::isIntact, AuditVerification::signedRecords)
                .containsExactly(true, (long) records().size());
    }
}
