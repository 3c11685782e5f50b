package dev.lockstep.tests;

import dev.lockstep.guard.audit.AuditEvent;
import dev.lockstep.guard.audit.AuditEventType;
import dev.lockstep.guard.audit.AuditField;
import dev.lockstep.guard.audit.AuditLog;
import dev.lockstep.guard.audit.AuditOptions;
import dev.lockstep.guard.device.DeviceKey;
import java.nio.file.Path;
import java.time.Duration;

/** A process that logs from several threads, and says of each event that it is recorded: {@code NAME VALUE}. */
final class LoggingChild {
    private static final int THREADS = 3;

    private LoggingChild() {
    }

    /** Checkpoints and files as often as a test needs them. */
    static AuditOptions options() {
        return AuditOptions.standard().withCheckpoints(20, Duration.ofMillis(50)).withMaxSegmentBytes(10_000);
    }

    /** Arguments: the log, the key, a name, and how many events each thread records. */
    public static void main(String[] arguments) throws InterruptedException {
        DeviceKey key = DeviceKey.open(Path.of(arguments[1]));
        try (var log = AuditLog.open(Path.of(arguments[0]), key, options())) {
            var threads = new Thread[THREADS];
            for (int i = 0; i < THREADS; i++) {
                String name = arguments[2] + '-' + i;
                threads[i] = Thread.ofPlatform().start(() -> record(log, name, Long.parseLong(arguments[3])));
            }
            for (Thread thread : threads) {
                thread.join();
            }
        }
    }

    private static void record(AuditLog log, String name, long count) {
        for (long i = 0; i < count; i++) {
            log.record(AuditEvent.of(AuditEventType.SESSION_USE).with(AuditField.PRINCIPAL, name).with(AuditField.VALUE, i));
            System.out.println(name + ' ' + i);
        }
    }
}
