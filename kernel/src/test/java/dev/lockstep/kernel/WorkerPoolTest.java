package dev.lockstep.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkerPoolTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 8})
    void everyTaskRunsExactlyOnce(int threads) {
        try (var pool = new WorkerPool(threads)) {
            for (int count : new int[] {0, 1, 2, 7, 1000}) {
                var runs = new AtomicIntegerArray(count);
                pool.run(count, (worker, from, to) -> {
                    assertThat(worker).isBetween(0, threads - 1);
                    for (long task = from; task < to; task++) {
                        runs.incrementAndGet((int) task);
                    }
                });
                for (int task = 0; task < count; task++) {
                    assertThat(runs.get(task)).isEqualTo(1);
                }
            }
        }
    }

    @Test
    void manyCallersShareOnePool() throws InterruptedException {
        try (var pool = new WorkerPool(3)) {
            var sum = new AtomicLong();
            Thread[] callers = new Thread[4];
            for (int i = 0; i < callers.length; i++) {
                callers[i] = Thread.ofPlatform().start(() -> {
                    for (int round = 0; round < 200; round++) {
                        pool.run(10, (worker, from, to) -> sum.addAndGet(to - from));
                    }
                });
            }
            for (Thread caller : callers) {
                caller.join();
            }
            assertThat(sum).hasValue(4 * 200 * 10);
        }
    }

    @Test
    void aFailureReachesTheCallerAndThePoolGoesOn() {
        try (var pool = new WorkerPool(2)) {
            assertThatThrownBy(() -> pool.run(2, (worker, from, to) -> {
                throw new UnsupportedOperationException("task " + from);
            })).isInstanceOf(UnsupportedOperationException.class);
            var runs = new AtomicLong();
            pool.run(5, (worker, from, to) -> runs.addAndGet(to - from));
            assertThat(runs).hasValue(5);
        }
    }

    @Test
    void tasksMayNotNest() {
        try (var pool = new WorkerPool(2)) {
            assertThatIllegalStateException().isThrownBy(
                    () -> pool.run(2, (worker, from, to) -> pool.run(1, (w, f, t) -> { })));
        }
    }

    @Test
    void anInterruptDoesNotAbandonRunningWorkers() {
        try (var pool = new WorkerPool(2)) {
            var finished = new AtomicLong();
            Thread.currentThread().interrupt();
            pool.run(2, (worker, from, to) -> {
                long end = System.nanoTime() + 20_000_000;
                while (worker == 1 && System.nanoTime() < end) {
                    Thread.onSpinWait();
                }
                finished.addAndGet(to - from);
            });
            assertThat(finished).hasValue(2);
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void aClosedPoolRefusesWork() {
        var pool = new WorkerPool(2);
        pool.close();
        pool.close();
        assertThatIllegalStateException().isThrownBy(() -> pool.run(1, (worker, from, to) -> { }));
        assertThatIllegalArgumentException().isThrownBy(() -> new WorkerPool(0)).withMessageContaining("threads=0");
    }
}
