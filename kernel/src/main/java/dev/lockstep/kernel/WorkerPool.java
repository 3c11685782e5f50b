package dev.lockstep.kernel;

import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * A fixed team of threads that splits ranges of independent items. The caller is one of the team; the others wait, briefly
 * spinning, then parked.
 *
 * <p><b>Threads.</b> {@link #run} may be called from any thread; calls take turns in the order of their arrival, so several
 * sessions can share one pool. Only one call runs at a time. A task must not call {@code run} or {@code close} of its own pool.
 *
 * <p><b>Memory.</b> A task sees what the caller wrote before {@code run}; the caller sees what all parts of the task wrote when
 * {@code run} has returned or thrown, and no thread is inside the task any more. Once warm, a call allocates nothing on the heap
 * unless it has to queue behind another caller's. An idle pool keeps no reference to a task or a caller.
 *
 * <p><b>Ownership.</b> Whoever creates the pool closes it. {@link #close()} waits for the running call.
 */
public final class WorkerPool implements AutoCloseable {
    /** A part of a range. */
    @FunctionalInterface
    public interface RangeTask {
        /**
         * Does some items of the range. Called any number of times for one range, with parts of any length that together make up
         * the whole; which thread gets which part is left open, so an item must come out the same whoever computes it.
         *
         * @param worker number of the executing thread, 0 … threads − 1, never used by two threads at once: picks scratch memory
         * @param from first item, inclusive
         * @param to last item, exclusive
         */
        void run(int worker, long from, long to);
    }

    /** Fair, so that of several sessions none starves; without a queue it costs one atomic instruction and no memory. */
    private final ReentrantLock turns = new ReentrantLock(true);
    private final Worker[] workers;
    /** Used within a turn. */
    private final RangeCall call;
    /** Guarded by {@link #turns}. */
    private boolean closed;

    /** @param threads size of the team including the caller, at least 1 */
    public WorkerPool(int threads) {
        this(threads, Thread::start);
    }

    /** With a way to start threads that a test can make fail. */
    WorkerPool(int threads, Consumer<Thread> starter) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads=" + threads + " must be at least 1");
        }
        workers = new Worker[threads - 1];
        call = new RangeCall(workers);
        boolean spin = threads <= defaultThreads();
        for (int i = 0; i < workers.length; i++) {
            workers[i] = new Worker(i + 1, call, spin);
        }
        try {
            for (Worker worker : workers) {
                starter.accept(worker);
            }
        } catch (Throwable t) {
            // The system may refuse a thread; those it granted would wait for ever.
            close();
            throw t;
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
     * Runs items 0 … {@code count − 1}, each exactly once, and returns when all are done. A single item, and everything in a pool
     * of one thread, is done by the caller alone.
     *
     * <p>If a part fails, parts that have not begun may be left out, and what the first failing part threw is thrown here once
     * all threads are out of the task; the pool can be used on. An interrupt does not end the call early: the threads use the
     * caller's memory. The interrupt status is kept.
     *
     * @throws IllegalArgumentException if {@code count} is negative
     * @throws IllegalStateException if the pool is closed, the call comes from inside a task, or a part threw a checked exception
     */
    public void run(long count, RangeTask task) {
        if (count < 0) {
            throw new IllegalArgumentException("count=" + count + " must not be negative");
        }
        requireOutsideOfTasks();
        turns.lock();
        try {
            if (closed) {
                throw new IllegalStateException("the worker pool is closed");
            }
            if (count > 0) {
                rethrow(execute(count, task));
            }
        } finally {
            turns.unlock();
        }
    }

    /** Returns the first failure, or null. */
    private Throwable execute(long count, RangeTask task) {
        int helpers = call.begin(count, task) - 1;
        try {
            for (int i = 0; i < helpers; i++) {
                workers[i].summon();
            }
            call.execute(0);
        } catch (Throwable t) {
            // A caller at the end of its stack, for one. The workers use its memory: nobody may leave before they have.
            call.fail(t);
        }
        awaitIdle(helpers);
        return call.end();
    }

    private void awaitIdle(int helpers) {
        // A worker that was to stand in for another may have been stopped in its tracks before it did: nothing may stay open.
        for (int i = 0; i < helpers; i++) {
            call.executeFor(0, workers[i]);
        }
        boolean interrupted = false;
        for (int i = 0; i < helpers; i++) {
            interrupted |= workers[i].awaitIdle();
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

    private void requireOutsideOfTasks() {
        if (turns.isHeldByCurrentThread() || Thread.currentThread() instanceof Worker worker && worker.belongsTo(call)) {
            throw new IllegalStateException("a task must neither run other tasks on its own pool nor close it");
        }
    }

    /**
     * Waits for the running call, ends the threads and waits for their end. Idempotent. An interrupt does not end the waiting;
     * the interrupt status is kept.
     *
     * @throws IllegalStateException if the call comes from inside a task
     */
    @Override
    public void close() {
        requireOutsideOfTasks();
        turns.lock();
        try {
            closed = true;
            for (Worker worker : workers) {
                worker.stopWhenIdle();
            }
            joinWorkers();
        } finally {
            turns.unlock();
        }
    }

    private void joinWorkers() {
        boolean interrupted = false;
        for (Worker worker : workers) {
            while (worker.isAlive()) {
                try {
                    worker.join();
                } catch (InterruptedException _) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
