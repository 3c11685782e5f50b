package dev.lockstep.guard.posture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.testkit.DeviceFaults;
import dev.lockstep.testkit.FakeDevice;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A monitor sees what changes, tells it once, and ends. */
class PostureMonitorTest {
    private static final List<String> CHECKS = List.of("ptrace", "lockdown");
    private static final Duration NEVER = Duration.ofDays(1);

    @TempDir
    private Path root;
    private FakeDevice device;
    private final List<String> told = new ArrayList<>();

    @BeforeEach
    void makeDevice() {
        device = FakeDevice.healthy(root);
    }

    private PostureMonitor start(Duration every, PostureMonitor.Listener listener) {
        return PostureMonitor.start(new PostureProbe(Views.of(device)), Views.SCOPE, CHECKS, every, listener);
    }

    private void tell(Posture before, Posture now) {
        told.add(before.isFit() + " " + now.isFit());
    }

    @Test
    void theFirstLookIsThereAtOnce() {
        try (var monitor = start(NEVER, this::tell)) {
            assertThat(monitor.latest().results()).extracting(CheckResult::check).containsExactlyElementsOf(CHECKS);
            assertThat(told).isEmpty();
        }
    }

    @Test
    void changesAreToldOnce() {
        try (var monitor = start(NEVER, this::tell)) {
            DeviceFaults.FAILING.get("ptrace").accept(device);
            assertThat(monitor.recheck().isFit()).isFalse();
            assertThat(monitor.recheck()).isSameAs(monitor.latest());
            device.setting("kernel/yama/ptrace_scope", 1);
            monitor.recheck();
            assertThat(told).containsExactly("true false", "false true");
        }
    }

    @Test
    void itLooksByItselfAndAListenerThatThrowsDoesNotStopIt() throws InterruptedException {
        var changes = new CountDownLatch(2);
        PostureMonitor.Listener thrower = (_, now) -> {
            changes.countDown();
            if (now.isFit()) {
                DeviceFaults.FAILING.get("lockdown").accept(device);
                throw new IllegalStateException("a listener of a test fails on purpose");
            }
            device.write("/sys/kernel/security/lockdown", "none [integrity] confidentiality");
            throw new AssertionError("a listener of a test fails on purpose");
        };
        try (var monitor = start(Duration.ofMillis(1), thrower)) {
            DeviceFaults.FAILING.get("lockdown").accept(device);
            assertThat(changes.await(1, TimeUnit.MINUTES)).isTrue();
            assertThat(monitor.latest().results()).hasSize(2);
        }
    }

    @Test
    void mistakesShowWhenItIsStarted() {
        assertThatThrownBy(() -> start(Duration.ZERO, this::tell)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("every=PT0S");
        assertThatThrownBy(() -> PostureMonitor.start(new PostureProbe(Views.of(device)), Views.SCOPE, List.of("x"), NEVER, this::tell))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
