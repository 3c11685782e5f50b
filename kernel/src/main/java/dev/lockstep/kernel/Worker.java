package dev.lockstep.kernel;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A thread of a {@link WorkerPool}, and the one word through which the calling thread and it deal with each other.
 *
 * <pre>
 *   IDLE              → SUMMONED   caller ({@link #summon})
 *   PARKED            → SUMMONED   caller ({@link #summon}), which then unparks the worker
 *   SUMMONED          → RUNNING    worker
 *   SUMMONED          → IDLE       any other member of the team ({@link #dismiss})
 *   RUNNING           → AWAITED    caller, which then parks
 *   RUNNING           → IDLE       worker
 *   AWAITED           → IDLE       worker, which then unparks the caller
 *   IDLE              → PARKED     worker, which then parks
 *   IDLE or PARKED    → STOPPED    whoever closes the pool
 * </pre>
 *
 * Every arrow is one atomic read-modify-write of that word. Whether somebody sleeps is part of what is exchanged, so a wake-up
 * is neither lost nor sent to a thread that is awake, and there is no pair of flags whose order of writing and reading matters.
 * A summons that is still open can be withdrawn: a worker that comes too late finds nothing and never touches the call, so
 * nobody has to wait for a thread that is only waking up.
 *
 * <p><b>Memory.</b> What the caller wrote before {@link #summon} is visible to the worker in the call; what the worker wrote
 * there is visible to the caller once {@link #awaitIdle} has returned.
 */
final class Worker extends Thread {
    private static final int IDLE = 0;
    private static final int SUMMONED = 1;
    private static final int RUNNING = 2;
    private static final int AWAITED = 3;
    private static final int PARKED = 4;
    private static final int STOPPED = 5;

    /**
     * Bridges what the caller does alone between two operators of a layer (a norm or an activation of one token: up to some 20
     * µs), and about what waking a parked thread would cost. An idle pool burns no more than this.
     */
    private static final long SPIN_NANOS = TimeUnit.MICROSECONDS.toNanos(50);

    /** Pauses between two looks at the clock: a microsecond at most, and together longer than a look takes. */
    private static final int SPINS_PER_CLOCK_READING = 16;

    private final int number;
    private final RangeCall call;
    private final long spinNanos;
    private final PaddedAtomicInteger state = new PaddedAtomicInteger();

    /**
     * @param number of this worker, from 1
     * @param call to take part in when summoned
     * @param spin whether there is a processor for every thread of the team; otherwise spinning would take away the processor
     *     from the thread that is waited for
     */
    Worker(int number, RangeCall call, boolean spin) {
        // No thread locals and no class loader of whoever happens to load a model: they would stay reachable.
        super(null, null, "lockstep-worker-" + number, 0, false);
        setDaemon(true);
        this.number = number;
        this.call = call;
        this.spinNanos = spin ? SPIN_NANOS : 0;
    }

    /** Number of this worker, from 1. */
    int number() {
        return number;
    }

    boolean belongsTo(RangeCall call) {
        return this.call == call;
    }

    /** Caller: lets the worker take part in the call that was begun. */
    void summon() {
        if (state.getAndSet(SUMMONED) == PARKED) {
            LockSupport.unpark(this);
        }
    }

    /**
     * Any member of the team: withdraws the summons if the worker has not followed it.
     *
     * @return true if it had not; it will not take part in this call
     */
    boolean dismiss() {
        // Read first: an attempt to swap would take the cache line away from a worker that is running, for nothing.
        return state.get() == SUMMONED && state.compareAndSet(SUMMONED, IDLE);
    }

    /**
     * Caller: returns when the worker is out of the call. A summons must not be open.
     *
     * @return true if the thread was interrupted meanwhile; it waits on nevertheless, and its interrupt status is cleared
     */
    boolean awaitIdle() {
        spinWhile(RUNNING);
        return state.compareAndSet(RUNNING, AWAITED) && parkWhile(AWAITED);
    }

    /** Ends the thread; between calls. */
    void stopWhenIdle() {
        if (state.getAndSet(STOPPED) == PARKED) {
            LockSupport.unpark(this);
        }
    }

    @Override
    public void run() {
        while (awaitSummons()) {
            try {
                call.execute(number);
            } finally {
                leave();
            }
        }
    }

    /** Returns false when the worker is to end. */
    private boolean awaitSummons() {
        while (true) {
            spinWhile(IDLE);
            if (state.compareAndSet(SUMMONED, RUNNING)) {
                return true;
            }
            if (state.compareAndSet(IDLE, PARKED)) {
                parkWhile(PARKED);
            } else if (state.get() == STOPPED) {
                return false;
            }
        }
    }

    private void leave() {
        // Before the swap: after it, the call may already be somebody else's.
        Thread caller = call.caller();
        if (state.getAndSet(IDLE) == AWAITED) {
            LockSupport.unpark(caller);
        }
    }

    private void spinWhile(int waiting) {
        long start = System.nanoTime();
        while (state.get() == waiting && System.nanoTime() - start < spinNanos) {
            for (int spin = 0; spin < SPINS_PER_CLOCK_READING && state.get() == waiting; spin++) {
                Thread.onSpinWait();
            }
        }
    }

    /** Parks the current thread, whichever it is. Returns whether it was interrupted; its status is then cleared. */
    private boolean parkWhile(int waiting) {
        boolean interrupted = false;
        while (state.get() == waiting) {
            LockSupport.park(this);
            // A pending interrupt would make park return at once for ever.
            interrupted |= Thread.interrupted();
        }
        return interrupted;
    }
}
