package dev.lockstep.kernel;

import com.sun.management.ThreadMXBean;
import dev.lockstep.kernel.internal.CeilingLoops;
import dev.lockstep.kernel.internal.scalar.ScalarCeilings;
import dev.lockstep.kernel.internal.vector.VectorCeilings;
import dev.lockstep.securemem.SecureArena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * What this machine can do at best, measured in this JVM: the numbers that kernels are compared with. Each is the best of
 * several passes, because whatever else runs on the machine only makes a pass slower.
 *
 * @param readBandwidthGBs 10⁹ bytes per second that all threads together read from memory
 * @param fmaGmacsPerCore 10⁹ fused multiply-adds of float32 per second and thread, registers only, while all threads run
 * @param threads threads that ran at once
 * @param vectorBits width that was measured with, in bits; 0 where vectors are missing or emulated, and plain Java was measured
 */
public record Ceilings(double readBandwidthGBs, double fmaGmacsPerCore, int threads, int vectorBits) {
    /** Several times the caches of most machines. */
    public static final long DEFAULT_BUFFER_BYTES = 512L << 20;

    /** Large enough that a call costs nothing beside it, small enough to share out evenly. */
    private static final long CHUNK_BYTES = 1L << 20;

    /** Passes without a better one that end the search. */
    private static final int FRUITLESS_PASSES = 8;
    private static final int MAX_PASSES = 64;
    /** Anything less is noise. */
    private static final double BETTER = 1.01;

    /** Calls of a loop that allocate nothing: then it is compiled, as vectors are objects before that. */
    private static final int QUIET_CALLS = 5;
    private static final long WARM_UP_PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);
    /** Code without vectors is always quiet, and may take so long to be compiled. */
    private static final long WARM_UP_LEAST_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    /** Shorter than the time slices of schedulers, so that some windows are undisturbed even on a busy machine. */
    private static final long FMA_WINDOW_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
    private static final int FMA_WINDOWS = 100;
    /** Some 20 microseconds: the clock is looked at in between. */
    private static final int FMA_STEPS = 10_000;

    /**
     * Measures with a buffer of {@value #DEFAULT_BUFFER_BYTES} bytes; takes one to three seconds.
     *
     * @param threads threads that run at once, the caller included
     */
    public static Ceilings measure(int threads) {
        return measure(threads, DEFAULT_BUFFER_BYTES);
    }

    /**
     * Measures.
     *
     * @param bufferBytes what is read in each pass; at least 1 MiB per thread, and several times the caches if the result is to
     *     tell of memory
     * @throws IllegalArgumentException if {@code threads} or {@code bufferBytes} is too small
     * @throws dev.lockstep.securemem.SecureMemoryException if there is no memory for the buffer
     */
    public static Ceilings measure(int threads, long bufferBytes) {
        if (threads < 1 || bufferBytes / CHUNK_BYTES < threads) {
            throw new IllegalArgumentException("threads=" + threads + ", bufferBytes=" + bufferBytes
                    + ": at least one thread, and " + CHUNK_BYTES + " bytes for each, are needed");
        }
        CeilingLoops loops = loops(KernelSelection.current());
        try (var arena = SecureArena.open("ceilings"); var pool = new WorkerPool(threads)) {
            MemorySegment sinks = arena.allocate((long) threads * CeilingLoops.SINK_BYTES);
            double fma = fmaGmacsPerCore(pool, loops, sinks);
            MemorySegment buffer = arena.allocate(bufferBytes - bufferBytes % CHUNK_BYTES);
            return new Ceilings(readBandwidthGBs(pool, loops, buffer, sinks), fma, threads, loops.vectorBits());
        }
    }

    static CeilingLoops loops(KernelSelection selection) {
        return selection.vectorBits() == 0 || selection.emulated() ? new ScalarCeilings() : VectorProvider.loops();
    }

    /** The higher ceiling of two measurements on the same machine, each for itself: something else slowed the lower one. */
    public Ceilings orBetter(Ceilings other) {
        return new Ceilings(Math.max(readBandwidthGBs, other.readBandwidthGBs),
                Math.max(fmaGmacsPerCore, other.fmaGmacsPerCore), threads, vectorBits);
    }

    /** Reads on until passes get no faster: neighbours may disturb a few. */
    private static double readBandwidthGBs(WorkerPool pool, CeilingLoops loops, MemorySegment buffer, MemorySegment sinks) {
        warmUp(() -> loops.xor(buffer, 0, CHUNK_BYTES));
        readOnce(pool, loops, buffer, sinks);
        double best = 0;
        int fruitless = 0;
        for (int pass = 0; pass < MAX_PASSES && fruitless < FRUITLESS_PASSES; pass++) {
            long start = System.nanoTime();
            readOnce(pool, loops, buffer, sinks);
            double rate = (double) buffer.byteSize() / (System.nanoTime() - start);
            fruitless = rate > best * BETTER ? 0 : fruitless + 1;
            best = Math.max(best, rate);
        }
        return best;
    }

    private static void readOnce(WorkerPool pool, CeilingLoops loops, MemorySegment buffer, MemorySegment sinks) {
        pool.run(buffer.byteSize() / CHUNK_BYTES, (worker, from, to) -> {
            int words = 0;
            for (long chunk = from; chunk < to; chunk++) {
                words ^= loops.xor(buffer, chunk * CHUNK_BYTES, (chunk + 1) * CHUNK_BYTES);
            }
            sinks.set(ValueLayout.JAVA_INT, (long) worker * CeilingLoops.SINK_BYTES, words);
        });
    }

    private static double fmaGmacsPerCore(WorkerPool pool, CeilingLoops loops, MemorySegment sinks) {
        warmUp(() -> loops.fma(FMA_STEPS, sinks, 0));
        double[] best = new double[pool.threads()];
        pool.run(best.length, (worker, _, _) -> {
            for (int window = 0; window < FMA_WINDOWS; window++) {
                best[worker] = Math.max(best[worker], fmaRate(loops, sinks, worker));
            }
        });
        return Arrays.stream(best).average().orElseThrow();
    }

    private static double fmaRate(CeilingLoops loops, MemorySegment sinks, int worker) {
        long start = System.nanoTime();
        long fmas = 0;
        long elapsed = 0;
        while (elapsed < FMA_WINDOW_NANOS) {
            loops.fma(FMA_STEPS, sinks, (long) worker * CeilingLoops.SINK_BYTES);
            fmas += (long) FMA_STEPS * loops.fmasPerStep();
            elapsed = System.nanoTime() - start;
        }
        return (double) fmas / elapsed;
    }

    private static void warmUp(Runnable loop) {
        var allocation = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);
        long start = System.nanoTime();
        long elapsed = 0;
        for (int quiet = 0; (quiet < QUIET_CALLS && elapsed < WARM_UP_PATIENCE_NANOS) || elapsed < WARM_UP_LEAST_NANOS;) {
            long before = allocation.getCurrentThreadAllocatedBytes();
            loop.run();
            quiet = allocation.getCurrentThreadAllocatedBytes() == before ? quiet + 1 : 0;
            elapsed = System.nanoTime() - start;
        }
    }

    /** Touches vector classes, so it is loaded only after the module was found. */
    private static final class VectorProvider {
        static CeilingLoops loops() {
            return new VectorCeilings();
        }
    }
}
