package dev.lockstep.bench;

import dev.lockstep.guard.audit.AuditEvent;
import dev.lockstep.guard.audit.AuditEventType;
import dev.lockstep.guard.audit.AuditField;
import dev.lockstep.guard.audit.AuditLog;
import dev.lockstep.guard.audit.AuditOptions;
import dev.lockstep.guard.audit.AuditVerifier;
import dev.lockstep.guard.audit.UnsyncedAuditLog;
import dev.lockstep.guard.audit.VerifierKey;
import dev.lockstep.guard.device.DeviceKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What does a record cost: how many µs does it take until it is on disk, and how many of those are the disk's?
 *
 * <p>{@code alone} is one thread that waits for each record, {@code together} eight, whose records share writes to disk. Without
 * {@code synced}, nobody waits for the disk. Checkpoints are part of it, as they are in life. At the end, the log must verify.
 *
 * <p><b>How to run:</b> {@code bench/run Audit}; the log lies in the folder for temporary files, {@code -Djava.io.tmpdir} names another disk.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 3, jvmArgsPrepend = {"--add-modules", "jdk.incubator.vector"})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class AuditBenchmark {
    private static final int MANY = 8;

    @Param({"true", "false"})
    public boolean synced;

    private Path folder;
    private DeviceKey key;
    private AuditLog log;

    @Setup(Level.Trial)
    public void setUp() throws IOException {
        folder = Files.createTempDirectory("lockstep-audit");
        key = DeviceKey.create(folder.resolve("device"), "bench");
        Path files = folder.resolve("audit");
        log = synced ? AuditLog.open(files, key, AuditOptions.standard()) : UnsyncedAuditLog.open(files, key, AuditOptions.standard());
    }

    @TearDown(Level.Trial)
    public void verify() throws IOException {
        log.close();
        AuditVerifier.verify(folder.resolve("audit"), List.of(VerifierKey.of(key))).problem().ifPresent(problem -> {
            throw new IllegalStateException(problem.toString());
        });
        try (var files = Files.walk(folder)) {
            for (Path file : files.sorted((one, other) -> other.compareTo(one)).toList()) {
                Files.delete(file);
            }
        }
    }

    @Benchmark
    public void alone() {
        record();
    }

    @Benchmark
    @Threads(MANY)
    public void together() {
        record();
    }

    private void record() {
        log.record(AuditEvent.of(AuditEventType.SESSION_USE).with(AuditField.PRINCIPAL, "user:anna").with(AuditField.SESSION, 1)
                .with(AuditField.PROMPT_TOKENS, 200).with(AuditField.GENERATED_TOKENS, 100).with(AuditField.PREFILL_NANOS, 1_000_000)
                .with(AuditField.DECODE_NANOS, 5_000_000));
    }
}
