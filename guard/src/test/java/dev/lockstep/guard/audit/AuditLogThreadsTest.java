package dev.lockstep.guard.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.guard.device.DeviceSigner;
import java.security.PublicKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A log with several threads, processes and readers, and one whose own thread fails. */
@Timeout(value = 1, unit = TimeUnit.MINUTES)
class AuditLogThreadsTest extends LogFixture {
    @Test
    void theLockIsNotWaitedForForEver() throws Exception {
        open().close();
        var files = new LogFolder(folder());
        try (var mine = new FolderLock(files, Duration.ofMillis(20)); var other = new FolderLock(files); var thread = Executors.newSingleThreadExecutor()) {
            var held = thread.submit(other::acquire).get();
            assertThatThrownBy(mine::acquire).isInstanceOf(AuditException.class).hasMessageContaining("has been locked by somebody else");
            thread.submit(() -> {
                held.close();
                return null;
            }).get();
            mine.acquire().close();
        }
    }

    @Test
    void nobodyWaitsForAThreadThatHasFailed() {
        var signer = new FailingSigner();
        var log = AuditLog.open(folder(), signer, OPTIONS);
        record(log, 1);
        signer.fails = true;
        assertThatThrownBy(log::checkpoint).isInstanceOf(AuditException.class).hasMessageContaining("its thread has failed");
        assertThatThrownBy(() -> record(log, 1)).isInstanceOf(AuditException.class).hasMessageContaining("is closed");
        assertThatThrownBy(log::close).isInstanceOf(AuditException.class).hasMessageContaining("its thread has failed");
    }

    /** Fails with what nobody expects of it, or takes its time. */
    private static final class FailingSigner implements DeviceSigner {
        private volatile boolean fails;
        private volatile boolean isSlow;
        private volatile boolean hasSigned;

        @Override
        public String name() {
            return DEVICE.name();
        }

        @Override
        public PublicKey publicKey() {
            return DEVICE.publicKey();
        }

        @Override
        public byte[] sign(byte[] message) {
            if (fails) {
                FailingSigner.<RuntimeException>fail(new Exception("unexpected"));
            }
            if (isSlow) {
                LockSupport.parkNanos(50_000_000);
            }
            hasSigned = true;
            return DEVICE.sign(message);
        }

        /** A checked exception where none is declared. */
        @SuppressWarnings("unchecked")
        private static <E extends Throwable> void fail(Throwable failure) throws E {
            throw (E) failure;
        }
    }

    @Test
    void whoeverClosesALogAsWellWaitsUntilItIsClosed() throws Exception {
        var signer = new FailingSigner();
        var log = AuditLog.open(folder(), signer, OPTIONS);
        record(log, 1);
        signer.isSlow = true;
        signer.hasSigned = false;
        try (var threads = Executors.newFixedThreadPool(2)) {
            var one = threads.submit(log::close);
            var other = threads.submit(log::close);
            while (!one.isDone() && !other.isDone()) {
                Thread.onSpinWait();
            }
            assertThat(signer.hasSigned).isTrue();
        }
    }

    @Test
    void aLogThatIsWrittenMeanwhileIsIntact() throws Exception {
        try (var log = AuditLog.open(folder(), DEVICE, OPTIONS.withMaxSegmentBytes(1)); var thread = Executors.newSingleThreadExecutor()) {
            record(log, 1);
            Future<?> done = thread.submit(() -> record(log, 40));
            while (!done.isDone()) {
                assertThat(verify().problem()).isEmpty();
            }
            done.get();
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
}
