package dev.lockstep.kernel;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A fixed team of threads that splits ranges of independent tasks. The caller is one of the team; the others wait, briefly
 * spinning, then parked.
 *
 * <p><b>Threads.</b> {@link #run} may be called from any thread; calls take turns, so several sessions can share one pool. A
 * task must not call {@code run} itself.
 *
 * <p><b>Ownership.</b> Whoever creates the pool closes it. {@link #close()} waits for the running call.
 */
public final class WorkerPool implements AutoCloseable {
    /** Long enough to bridge the pause between two operators of a layer, short enough not to burn a core on an idle pool. */
    private static final int SPINS_BEFORE_PARKING = 4_000;

    /** One share of a range. */
    @FunctionalInterface
    public interface RangeTask {
        /**
         * @param worker number of the executing thread, 0 … threads − 1: picks scratch memory
         * @param from first task, inclusive
         * @param to last task, exclusive
         */
        void run(int worker, long from, long to);
    }

    private record Job(long number, RangeTask task, long count, int shares, AtomicInteger unfinished, AtomicReference<Throwable> failure,
            Thread caller) {
        void runShare(int worker) {
            try {
                long from = count * worker / shares;
                long to = count * (worker + 1) / shares;
                if (from < to) {
                    task.run(worker, from, to);
                }
            } catch (Throwable t) {
                failure.compareAndSet(null, t);
            }
        }
    }

    private final ReentrantLock turns = new ReentrantLock(true);
    private final Thread[] workers;
    private volatile Job job;
    /** Jobs so far; guarded by {@link #turns}. */
    private long jobs;
    private volatile boolean closed;

    /** @param threads size of the team including the caller, at least 1 */
    public WorkerPool(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads=" + threads + " must be at least 1");
        }
        workers = new Thread[threads - 1];
        for (int i = 0; i < workers.length; i++) {
            int worker = i + 1;
            workers[i] = Thread.ofPlatform().daemon().name("lockstep-worker-" + worker).start(() -> work(worker));
        }
    }

    /** As many threads as the JVM may use; respects container limits. */
    public static int defaultThreads() {
        return Runtime.getRuntime().availableProcessors();
    }

    /** Size of the team, the caller included. */
    public int threads() {
        return workers.length + 1;
    }

    /**
     * Runs tasks 0 … {@code count − 1}, cut into one contiguous range per thread, and returns when all are done.
     *
     * @throws IllegalStateException if the pool is closed or the call comes from inside a task
     */
    public void run(long count, RangeTask task) {
        if (turns.isHeldByCurrentThread() || isWorker(Thread.currentThread())) {
            throw new IllegalStateException("a task must not run other tasks on its own pool");
        }
        turns.lock();
        try {
            if (closed) {
                throw new IllegalStateException("the worker pool is closed");
            }
            var next = new Job(++jobs, task, count, threads(), new AtomicInteger(workers.length), new AtomicReference<>(),
                    Thread.currentThread());
            job = next;
            for (Thread worker : workers) {
                LockSupport.unpark(worker);
            }
            next.runShare(0);
            awaitWorkers(next);
            rethrow(next.failure.get());
        } finally {
            // An idle pool must not keep the last caller's session reachable.
            job = null;
            turns.unlock();
        }
    }

    private static void awaitWorkers(Job running) {
        boolean interrupted = false;
        for (int spins = 0; running.unfinished.get() > 0; spins++) {
            if (spins < SPINS_BEFORE_PARKING) {
                Thread.onSpinWait();
            } else {
                LockSupport.park(running);
                // A pending interrupt would make park return at once for ever; the workers still use the caller's memory.
                interrupted |= Thread.interrupted();
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static void rethrow(Throwable failure) {
        switch (failure) {
            case null -> { }
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            default -> throw new IllegalStateException("a task failed", failure);
        }
    }

    private void work(int worker) {
        long done = 0;
        while (true) {
            Job next = awaitJob(done);
            if (next == null) {
                return;
            }
            next.runShare(worker);
            if (next.unfinished.decrementAndGet() == 0) {
                LockSupport.unpark(next.caller);
            }
            done = next.number;
        }
    }

    /** Waits for a job other than number {@code done}; null when the pool closes. */
    private Job awaitJob(long done) {
        for (int spins = 0; !closed; spins++) {
            Job next = job;
            if (next != null && next.number != done) {
                return next;
            }
            if (spins < SPINS_BEFORE_PARKING) {
                Thread.onSpinWait();
            } else {
                LockSupport.park(this);
            }
        }
        return null;
    }

    private boolean isWorker(Thread thread) {
        for (Thread worker : workers) {
            if (worker == thread) {
                return true;
            }
        }
        return false;
    }

    /** Waits for the running call, then ends the threads. Idempotent. */
    @Override
    public void close() {
        turns.lock();
        try {
            closed = true;
            for (Thread worker : workers) {
                LockSupport.unpark(worker);
            }
        } finally {
            turns.unlock();
        }
    }
}
