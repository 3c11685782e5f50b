package dev.lockstep.guard.posture;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Looks at the device again and again while a process runs, on a thread of its own that keeps no process alive. Safe for any number of
 * threads. Whoever opens it closes it.
 */
public final class PostureMonitor implements AutoCloseable {
    private final PostureProbe probe;
    private final PostureScope scope;
    private final List<String> checks;
    private final Listener listener;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("lockstep-posture").factory());

    private volatile Posture latest;

    /** Is told when a check comes to something else than the last time; on the monitor's thread, or that of {@link #recheck}. */
    @FunctionalInterface
    public interface Listener {
        /** What it throws goes to the handler of uncaught exceptions; the monitor goes on. */
        void changed(Posture before, Posture now);
    }

    private PostureMonitor(PostureProbe probe, PostureScope scope, Collection<String> checks, Listener listener) {
        this.probe = probe;
        this.scope = scope;
        this.checks = List.copyOf(checks);
        this.listener = listener;
        latest = probe.examine(scope, this.checks);
    }

    /**
     * Looks for the first time, and from then on every so often.
     *
     * @param checks ids, see {@link PostureProbe#knownChecks}
     * @param every from the end of one look to the next
     */
    public static PostureMonitor start(PostureProbe probe, PostureScope scope, Collection<String> checks, Duration every, Listener listener) {
        if (!every.isPositive()) {
            throw new IllegalArgumentException("every=" + every);
        }
        var monitor = new PostureMonitor(probe, scope, checks, listener);
        monitor.timer.scheduleWithFixedDelay(monitor::recheckOnTime, every.toNanos(), every.toNanos(), TimeUnit.NANOSECONDS);
        return monitor;
    }

    /** What the last look found; {@link Posture#at} says when that was. */
    public Posture latest() {
        return latest;
    }

    /** Looks now. */
    public synchronized Posture recheck() {
        Posture before = latest;
        latest = probe.examine(scope, checks);
        if (!statuses(before).equals(statuses(latest))) {
            listener.changed(before, latest);
        }
        return latest;
    }

    private void recheckOnTime() {
        try {
            recheck();
        } catch (Throwable t) {
            // the timer would stop, silently
            Thread thread = Thread.currentThread();
            thread.getUncaughtExceptionHandler().uncaughtException(thread, t);
        }
    }

    private static List<CheckStatus> statuses(Posture posture) {
        return posture.results().stream().map(CheckResult::status).toList();
    }

    /** No look begins by itself after this. */
    @Override
    public void close() {
        timer.shutdownNow();
    }
}
