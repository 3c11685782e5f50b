package dev.lockstep.bench;

import dev.lockstep.securemem.SecureArena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What does it cost to leave nothing behind: how many GB/s does {@link SecureArena#close()} overwrite?
 *
 * <p>{@code close} zeroes and frees an arena of one segment that was written to before, as a session's cache is.
 * {@code fill} is its ceiling: the same overwriting, of memory that stays. 4 MiB is a short conversation with a small
 * model, 256 MiB a long one with a model of a billion parameters. {@code hardened} memory is locked and guarded.
 *
 * <p><b>How to run:</b> {@code bench/run Zeroing}; one size: {@code bench/run Zeroing -p mebibytes=1024}.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(value = 3, jvmArgsPrepend = {"--add-modules", "jdk.incubator.vector"})
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class ZeroingBenchmark {
    private static final byte SECRET = 0x55;

    /** Memory that is overwritten again and again. */
    @State(Scope.Benchmark)
    public static class Kept {
        @Param({"4", "256"})
        public int mebibytes;

        @Param({"false", "true"})
        public boolean hardened;

        private SecureArena arena;
        private MemorySegment memory;

        @Setup(Level.Trial)
        public void setUp() {
            Machine.announce(1);
            Machine.harden(hardened);
            arena = SecureArena.open("kept");
            memory = arena.allocate((long) mebibytes << 20).fill(SECRET);
        }

        @TearDown(Level.Trial)
        public void checkAndClose() {
            for (long at = 0; at < memory.byteSize(); at += Long.BYTES) {
                if (memory.get(ValueLayout.JAVA_LONG, at) != 0) {
                    throw new IllegalStateException("byte " + at + " is not zero");
                }
            }
            arena.close();
        }
    }

    /** A new arena for each call. An invocation takes a millisecond or so, long enough for a set-up of its own. */
    @State(Scope.Benchmark)
    public static class Discarded {
        @Param({"4", "256"})
        public int mebibytes;

        @Param({"false", "true"})
        public boolean hardened;

        private SecureArena arena;

        @Setup(Level.Trial)
        public void announce() {
            Machine.announce(1);
            Machine.harden(hardened);
        }

        @Setup(Level.Invocation)
        public void open() {
            arena = SecureArena.open("discarded");
            arena.allocate((long) mebibytes << 20).fill(SECRET);
        }

        @TearDown(Level.Invocation)
        public void check() {
            long zeroed = arena.zeroing().bytes();
            if (zeroed != (long) mebibytes << 20) {
                throw new IllegalStateException("zeroed=" + zeroed + " bytes instead of " + mebibytes + " MiB");
            }
        }
    }

    @Benchmark
    public MemorySegment fill(Kept kept, Traffic traffic) {
        traffic.add(kept.memory.byteSize());
        return kept.memory.fill((byte) 0);
    }

    @Benchmark
    public void close(Discarded discarded, Traffic traffic) {
        traffic.add((long) discarded.mebibytes << 20);
        discarded.arena.close();
    }
}
