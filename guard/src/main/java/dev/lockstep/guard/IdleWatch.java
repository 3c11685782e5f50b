package dev.lockstep.guard;

import dev.lockstep.guard.policy.DataClass;
import dev.lockstep.guard.policy.GuardPolicy;
import dev.lockstep.guard.policy.PostureRule;
import dev.lockstep.loader.gate.RefusedException;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Does something every so often, on a thread of its own that keeps no process alive. Whoever starts it closes it. */
final class IdleWatch implements AutoCloseable {
    /** What is as old as a policy allows is found out within this part of that time. */
    private static final int PARTS = 4;

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("lockstep-posture").factory());
    private final Runnable action;

    IdleWatch(Runnable action) {
        this.action = action;
    }

    /** As often as the strictest demand of a policy asks for it; never, if it makes none. */
    void start(GuardPolicy policy) {
        Optional<Duration> strictest = policy.dataClasses().stream().map(DataClass::posture).map(PostureRule::recheck).min(Comparator.naturalOrder());
        strictest.ifPresent(recheck -> {
            long nanos = recheck.dividedBy(PARTS).toNanos();
            timer.scheduleWithFixedDelay(this::act, nanos, nanos, TimeUnit.NANOSECONDS);
        });
    }

    private void act() {
        try {
            action.run();
        } catch (RefusedException e) {
            // It could not be recorded, which was counted, and is forgotten: the next call looks again, and can tell somebody.
        } catch (Throwable t) {
            // the timer would stop, silently
            Thread thread = Thread.currentThread();
            thread.getUncaughtExceptionHandler().uncaughtException(thread, t);
        }
    }

    /** Begins nothing any more, and waits for nothing. */
    @Override
    public void close() {
        timer.shutdown();
    }
}
