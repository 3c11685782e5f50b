package dev.lockstep.bench;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How much faster than plain Java is the attention of one layer, on one thread, for each type of cache, and which share of the
 * machine does it reach as the context grows?
 *
 * <p>{@code vector} is the kernel that users get, {@code scalar} its twin on the same cache, at short contexts only: it takes
 * seconds at long ones. {@code gigabytes} counts the cache once per call. A cache that fits into the processor's shows the cost of
 * arithmetic ({@code fmaPercent}); the longest contexts with one token show reading ({@code readPercent}).
 *
 * <p><b>How to run:</b> {@code bench/run Attention}; one point: {@code bench/run Attention -p cache=F16 -p context=4096}.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(value = 3, jvmArgsPrepend = {"--add-modules", "jdk.incubator.vector"})
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class AttentionBenchmark {
    /** A layer with any context. */
    @State(Scope.Benchmark)
    public static class AnyContext extends AttentionLayer {
        @Param({"128", "1024", "4096", "32768"})
        public int context;

        @Override
        int context() {
            return context;
        }
    }

    /** A layer with a context that plain Java gets through in time. */
    @State(Scope.Benchmark)
    public static class ShortContext extends AttentionLayer {
        @Param({"128", "1024"})
        public int context;

        @Override
        int context() {
            return context;
        }
    }

    @Benchmark
    public MemorySegment vector(AnyContext layer, Work work) {
        return layer.vector(work);
    }

    @Benchmark
    public MemorySegment scalar(ShortContext layer, Work work) {
        return layer.scalar(work);
    }
}
