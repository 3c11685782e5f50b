package dev.lockstep.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The limit is that of {@link WorkerPoolTest}, for the same reason. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WorkerPoolAllocationTest {
    private static final int CALLS_PER_ROUND = 200;
    /** A pool that allocates in every call fails in all of them; one that is being warmed up is quiet after the first few. */
    private static final int ROUNDS = 500;
    /** Longs between the counters of two threads: two cache lines. */
    private static final int STRIDE = 16;

    private final ThreadMXBean threads = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);

    /** A team that spins, and on most machines one that has to park in every call. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5})
    void aCallAllocatesNothingOnAnyThread(int size) {
        try (var pool = new WorkerPool(size)) {
            long[] ids = threadIds(pool);
            long[] parts = new long[size * STRIDE];
            WorkerPool.RangeTask task = (worker, from, to) -> parts[worker * STRIDE] += work(to - from);
            boolean quiet = false;
            for (int round = 0; round < ROUNDS && !quiet; round++) {
                Arrays.fill(parts, 0);
                long allocated = allocatedByCalls(pool, task, ids);
                // A round in which somebody did not come says nothing about that thread.
                quiet = allocated == 0 && everybodyCame(parts);
            }
            assertThat(quiet).as("a round of %d calls without allocation", CALLS_PER_ROUND).isTrue();
        }
    }

    private long allocatedByCalls(WorkerPool pool, WorkerPool.RangeTask task, long[] ids) {
        long before = allocated(ids);
        for (int call = 0; call < CALLS_PER_ROUND; call++) {
            pool.run(64, task);
        }
        return allocated(ids) - before;
    }

    private long allocated(long[] ids) {
        long bytes = 0;
        for (long id : ids) {
            bytes += threads.getThreadAllocatedBytes(id);
        }
        return bytes;
    }

    private static boolean everybodyCame(long[] parts) {
        for (int at = 0; at < parts.length; at += STRIDE) {
            if (parts[at] == 0) {
                return false;
            }
        }
        return true;
    }

    /** Long enough for a woken thread to find something left. */
    private static long work(long items) {
        for (long spin = 0; spin < items * 40; spin++) {
            Thread.onSpinWait();
        }
        return items;
    }

    private static long[] threadIds(WorkerPool pool) {
        long[] ids = new long[pool.threads()];
        var all = new CountDownLatch(ids.length);
        pool.run(ids.length, (worker, _, _) -> {
            ids[worker] = Thread.currentThread().threadId();
            all.countDown();
            awaitAll(all);
        });
        return ids;
    }

    private static void awaitAll(CountDownLatch all) {
        try {
            all.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
