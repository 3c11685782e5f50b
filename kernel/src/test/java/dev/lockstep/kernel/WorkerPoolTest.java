package dev.lockstep.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The limit is no claim about speed: it turns a lost wake-up, which would hang the build, into a failure. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WorkerPoolTest {
    private static final int[] COUNTS = {0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 64, 100, 127, 1000, 4097};

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 7, 8, 16})
    void everyItemRunsExactlyOnce(int threads) {
        try (var pool = new WorkerPool(threads)) {
            for (int count : COUNTS) {
                requireEveryItemOnce(pool, count);
            }
        }
    }

    private static void requireEveryItemOnce(WorkerPool pool, int count) {
        var runs = new AtomicIntegerArray(count);
        var busy = new AtomicIntegerArray(pool.threads());
        pool.run(count, (worker, from, to) -> {
            assertThat(busy.getAndSet(worker, 1)).as("worker %d is one thread at a time", worker).isZero();
            assertThat(from).isLessThan(to);
            for (long item = from; item < to; item++) {
                runs.incrementAndGet((int) item);
            }
            busy.set(worker, 0);
        });
        for (int item = 0; item < count; item++) {
            assertThat(runs.get(item)).as("item %d of %d", item, count).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 16})
    void theLongestRangeDoesNotOverflow(int threads) {
        try (var pool = new WorkerPool(threads)) {
            var items = new AtomicLong();
            pool.run(Long.MAX_VALUE, (_, from, to) -> {
                assertThat(from).isNotNegative().isLessThan(to);
                items.getAndUpdate(sum -> Math.addExact(sum, to - from));
            });
            assertThat(items).hasValue(Long.MAX_VALUE);
        }
    }

    @Test
    void aSingleItemIsTheCallersOwn() {
        try (var pool = new WorkerPool(4)) {
            for (int round = 0; round < 100; round++) {
                pool.run(1, (worker, from, to) -> {
                    assertThat(worker).isZero();
                    assertThat(Thread.currentThread()).isNotInstanceOf(Worker.class);
                });
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 16})
    void everyThreadOfTheTeamTakesPart(int threads) {
        try (var pool = new WorkerPool(threads)) {
            List<Thread> team = Arrays.asList(team(pool));
            assertThat(team).doesNotContainNull().doesNotHaveDuplicates();
            assertThat(team.getFirst()).isSameAs(Thread.currentThread());
            assertThat(team.subList(1, threads)).allMatch(Thread::isDaemon)
                    .allMatch(worker -> worker.getName().equals("lockstep-worker-" + team.indexOf(worker)));
        }
    }

    /** Each item waits for all others, so the call ends only if nobody's wake-up is lost, whether spinning or asleep. */
    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void noWakeUpIsLost(int threads) {
        try (var pool = new WorkerPool(threads)) {
            var all = new CyclicBarrier(threads);
            for (int round = 0; round < 1000; round++) {
                pool.run(threads, (_, _, _) -> await(all));
                // Pauses around the moment at which a worker ceases to spin.
                spinFor(round % 100 * 1000L);
            }
        }
    }

    @Test
    void moreThreadsThanProcessors() {
        try (var pool = new WorkerPool(16)) {
            for (int round = 0; round < 2000; round++) {
                requireEveryItemOnce(pool, round % 97);
            }
            var all = new CyclicBarrier(16);
            for (int round = 0; round < 50; round++) {
                pool.run(16, (_, _, _) -> await(all));
            }
        }
    }

    @Test
    void fourCallersShareOnePool() throws InterruptedException {
        try (var pool = new WorkerPool(3)) {
            var wrong = new AtomicInteger();
            var right = new AtomicInteger();
            List<Thread> callers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                int caller = i;
                callers.add(Thread.ofPlatform().start(() -> {
                    // Plain memory: each round reads what other threads wrote in the round before.
                    long[] values = new long[50];
                    for (int round = 0; round < 1000; round++) {
                        step(pool, values, caller);
                    }
                    (Arrays.equals(values, stepsAlone(caller)) ? right : wrong).incrementAndGet();
                }));
            }
            join(callers);
            assertThat(wrong).hasValue(0);
            assertThat(right).hasValue(4);
        }
    }

    /** values[i] becomes a mixture of itself and its mirror image; in two halves, because the second reads what the first wrote. */
    private static void step(WorkerPool pool, long[] values, int seed) {
        int half = values.length / 2;
        pool.run(half, (_, from, to) -> mix(values, 0, (int) from, (int) to, seed));
        pool.run(half, (_, from, to) -> mix(values, half, (int) from, (int) to, seed));
    }

    private static void mix(long[] values, int offset, int from, int to, int seed) {
        for (int i = offset + from; i < offset + to; i++) {
            values[i] = values[i] * 31 + values[values.length - 1 - i] * 17 + i + seed;
        }
    }

    private static long[] stepsAlone(int seed) {
        long[] values = new long[50];
        for (int round = 0; round < 1000; round++) {
            mix(values, 0, 0, 25, seed);
            mix(values, 25, 0, 25, seed);
        }
        return values;
    }

    @Test
    void callersTakeTurnsInTheOrderOfArrival() throws InterruptedException {
        List<String> order = new ArrayList<>();
        try (var pool = new WorkerPool(2)) {
            var holding = new CountDownLatch(1);
            Thread second = Thread.ofPlatform().unstarted(() -> {
                await(holding);
                pool.run(1, (_, _, _) -> order.add("second"));
            });
            second.start();
            pool.run(1, (_, _, _) -> {
                holding.countDown();
                awaitUntil(() -> isQueued(second));
                order.add("first");
            });
            pool.run(1, (_, _, _) -> order.add("first again"));
            second.join();
        }
        assertThat(order).containsExactly("first", "second", "first again");
    }

    /** Waiting for its turn, not for the latch before. */
    private static boolean isQueued(Thread thread) {
        return thread.getState() == Thread.State.WAITING
                && Arrays.stream(thread.getStackTrace()).anyMatch(frame -> frame.getClassName().equals(WorkerPool.class.getName()));
    }

    @Test
    void theFirstFailureReachesTheCallerAndThePoolGoesOn() {
        try (var pool = new WorkerPool(2)) {
            Thread worker = team(pool)[1];
            var callerIsInside = new AtomicBoolean();
            var workerFails = new AtomicBoolean();
            assertThatThrownBy(() -> pool.run(2, (number, _, _) -> {
                if (number == 1) {
                    awaitUntil(callerIsInside::get);
                    workerFails.set(true);
                    throw new UnsupportedOperationException("first");
                }
                callerIsInside.set(true);
                awaitUntil(() -> workerFails.get() && worker.getState() == Thread.State.WAITING);
                throw new IllegalArgumentException("second");
            })).isInstanceOf(UnsupportedOperationException.class).hasMessage("first");
            requireEveryItemOnce(pool, 5);
        }
    }

    @Test
    void aFailureOfTheCallersPartWaitsForTheOthers() {
        try (var pool = new WorkerPool(2)) {
            Thread caller = Thread.currentThread();
            var workerIsInside = new AtomicBoolean();
            var workerHasFinished = new AtomicBoolean();
            assertThatThrownBy(() -> pool.run(2, (number, _, _) -> {
                if (number == 0) {
                    awaitUntil(workerIsInside::get);
                    throw new StackOverflowError("of the caller");
                }
                workerIsInside.set(true);
                awaitUntil(() -> caller.getState() == Thread.State.WAITING);
                workerHasFinished.set(true);
            })).isInstanceOf(StackOverflowError.class);
            assertThat(workerHasFinished).isTrue();
            requireEveryItemOnce(pool, 100);
        }
    }

    @Test
    void afterAFailureTheRestIsLeftOut() {
        try (var pool = new WorkerPool(3)) {
            var parts = new AtomicInteger();
            assertThatThrownBy(() -> pool.run(1_000_000, (_, _, _) -> {
                parts.incrementAndGet();
                throw new UnsupportedOperationException();
            })).isInstanceOf(UnsupportedOperationException.class);
            assertThat(parts).hasValueBetween(1, 3);
        }
    }

    @Test
    void aCheckedExceptionIsTheCauseOfAnUncheckedOne() {
        try (var pool = new WorkerPool(1)) {
            assertThatIllegalStateException().isThrownBy(() -> pool.run(1, (_, _, _) -> sneak(new InterruptedException("sneaked"))))
                    .withCauseInstanceOf(InterruptedException.class);
        }
    }

    @SuppressWarnings("unchecked") // The cast is a lie on purpose: it lets a checked exception past the compiler.
    private static <T extends Throwable> void sneak(Throwable t) throws T {
        throw (T) t;
    }

    @Test
    void anInterruptDoesNotAbandonRunningWorkers() {
        try (var pool = new WorkerPool(2)) {
            Thread caller = Thread.currentThread();
            var workerIsInside = new AtomicBoolean();
            var workerHasFinished = new AtomicBoolean();
            pool.run(2, (number, _, _) -> {
                if (number == 0) {
                    awaitUntil(workerIsInside::get);
                    return;
                }
                workerIsInside.set(true);
                awaitUntil(() -> caller.getState() == Thread.State.WAITING);
                caller.interrupt();
                // Time to do the wrong thing.
                spinFor(20_000_000);
                workerHasFinished.set(true);
            });
            assertThat(workerHasFinished).isTrue();
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void anInterruptFromBeforeTheCallIsKept() {
        try (var pool = new WorkerPool(3)) {
            Thread.currentThread().interrupt();
            requireEveryItemOnce(pool, 1000);
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void anInterruptedWorkerStillSleepsWhenIdle() {
        try (var pool = new WorkerPool(2)) {
            Thread worker = team(pool)[1];
            worker.interrupt();
            awaitUntil(() -> !worker.isInterrupted() && worker.getState() == Thread.State.WAITING);
            assertThat(team(pool)[1]).isSameAs(worker);
        }
    }

    @Test
    void tasksMayNeitherNestNorClose() {
        try (var pool = new WorkerPool(2); var other = new WorkerPool(2)) {
            var refused = new AtomicInteger();
            var all = new CyclicBarrier(2);
            pool.run(2, (_, _, _) -> {
                await(all);
                assertThatIllegalStateException().isThrownBy(() -> pool.run(1, (_, _, _) -> { }));
                assertThatIllegalStateException().isThrownBy(pool::close);
                requireEveryItemOnce(other, 10);
                refused.incrementAndGet();
            });
            assertThat(refused).hasValue(2);
            requireEveryItemOnce(pool, 10);
        }
    }

    /** Workers that never start stand for those whose processor somebody else has taken. */
    @Test
    void nobodyWaitsForAWorkerThatDoesNotCome() {
        try (var nobody = new WorkerPool(4, _ -> { }); var some = new WorkerPool(4, WorkerPoolTest::startTheSecond)) {
            for (int count : COUNTS) {
                requireEveryItemOnce(nobody, count);
                requireEveryItemOnce(some, count);
            }
        }
    }

    private static void startTheSecond(Thread worker) {
        if (worker.getName().endsWith("2")) {
            worker.start();
        }
    }

    @Test
    void aRefusedThreadEndsThoseThatWereGranted() {
        List<Thread> granted = new ArrayList<>();
        assertThatThrownBy(() -> new WorkerPool(8, thread -> {
            if (granted.size() == 3) {
                throw new OutOfMemoryError("unable to create native thread");
            }
            thread.start();
            granted.add(thread);
        })).isInstanceOf(OutOfMemoryError.class);
        assertThat(granted).hasSize(3).noneMatch(Thread::isAlive);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 16})
    void idleWorkersSleep(int threads) {
        try (var pool = new WorkerPool(threads)) {
            Thread[] team = team(pool);
            for (int i = 1; i < threads; i++) {
                Thread worker = team[i];
                awaitUntil(() -> worker.getState() == Thread.State.WAITING);
            }
            requireEveryItemOnce(pool, 1000);
        }
    }

    @Test
    void anIdlePoolKeepsNothingOfTheLastCall() throws InterruptedException {
        try (var pool = new WorkerPool(3)) {
            var session = new AtomicReference<WeakReference<Object>>();
            Thread caller = Thread.ofPlatform().start(() -> session.set(runForSomebody(pool)));
            caller.join();
            var thread = new WeakReference<>(caller);
            caller = null;
            awaitUntil(() -> {
                System.gc();
                return session.get().refersTo(null) && thread.refersTo(null);
            });
        }
    }

    private static WeakReference<Object> runForSomebody(WorkerPool pool) {
        long[] memory = new long[100];
        var all = new CyclicBarrier(pool.threads());
        assertThatThrownBy(() -> pool.run(pool.threads(), (_, from, _) -> {
            await(all);
            memory[(int) from]++;
            throw new UnsupportedOperationException();
        })).isInstanceOf(UnsupportedOperationException.class);
        return new WeakReference<>(memory);
    }

    @Test
    void closingWhileACallRunsWaitsAndEndsTheThreads() throws InterruptedException {
        var pool = new WorkerPool(3);
        Thread[] team = team(pool);
        var inside = new CountDownLatch(3);
        var mayFinish = new CountDownLatch(1);
        var finished = new AtomicInteger();
        Thread running = Thread.ofPlatform().start(() -> pool.run(3, (_, _, _) -> {
            inside.countDown();
            await(mayFinish);
            finished.incrementAndGet();
        }));
        inside.await();
        var finishedAtClose = new AtomicInteger(-1);
        Thread closing = Thread.ofPlatform().start(() -> {
            pool.close();
            finishedAtClose.set(finished.get());
        });
        awaitUntil(() -> closing.getState() == Thread.State.WAITING);
        mayFinish.countDown();
        join(List.of(running, closing));
        assertThat(finishedAtClose).hasValue(3);
        assertThat(Arrays.asList(team).subList(1, 3)).noneMatch(Thread::isAlive);
    }

    @Test
    void aClosedPoolRefusesWork() {
        var pool = new WorkerPool(2);
        Thread.currentThread().interrupt();
        pool.close();
        assertThat(Thread.interrupted()).isTrue();
        pool.close();
        assertThatIllegalStateException().isThrownBy(() -> pool.run(1, (_, _, _) -> { })).withMessageContaining("closed");
        assertThatIllegalStateException().isThrownBy(() -> pool.run(0, (_, _, _) -> { })).withMessageContaining("closed");
    }

    @Test
    void nonsenseIsNamed() {
        assertThatIllegalArgumentException().isThrownBy(() -> new WorkerPool(0)).withMessageContaining("threads=0");
        try (var pool = new WorkerPool(1)) {
            assertThatIllegalArgumentException().isThrownBy(() -> pool.run(-1, (_, _, _) -> { })).withMessageContaining("count=-1");
        }
    }

    /** The threads of a pool by their number: as many items as threads, none of which ends before all have begun. */
    private static Thread[] team(WorkerPool pool) {
        Thread[] team = new Thread[pool.threads()];
        var all = new CyclicBarrier(team.length);
        pool.run(team.length, (worker, _, _) -> {
            team[worker] = Thread.currentThread();
            await(all);
        });
        return team;
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** For ever, if need be: the class has a limit. Does not park, so that a parked thread is one that waits for the pool. */
    private static void awaitUntil(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            Thread.yield();
        }
    }

    private static void join(List<Thread> threads) throws InterruptedException {
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private static void spinFor(long nanos) {
        long start = System.nanoTime();
        while (System.nanoTime() - start < nanos) {
            Thread.onSpinWait();
        }
    }
}
