package dev.lockstep.bench;

import dev.lockstep.kernel.Activations;
import dev.lockstep.kernel.FloatRows;
import dev.lockstep.kernel.Kernels;
import dev.lockstep.kernel.MatMulScratch;
import dev.lockstep.kernel.WorkerPool;
import dev.lockstep.kernel.internal.scalar.ScalarKernels;
import dev.lockstep.quant.DType;
import dev.lockstep.quant.PanelMatrix;
import dev.lockstep.securemem.SecureArena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
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
 * Which share of the memory's bandwidth does decode reach, when the weights stream past and nothing stays in a cache?
 *
 * <p>{@code decode} multiplies a matrix larger than the L3 cache with one vector, in row ranges on a
 * {@link WorkerPool}, as a model does for each token. {@code read} is the ceiling in plain Java: the same bytes, the same
 * pool, and nothing done with them but an exclusive or; {@code readPercent} relates both to the same in vectors, measured in
 * the same fork.
 *
 * <p><b>How to run:</b> {@code bench/run DecodeBandwidth}; on a machine with a larger cache or more cores:
 * {@code bench/run DecodeBandwidth -p mebibytes=1024 -p threads=1,2,4,8}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(value = 3, jvmArgsPrepend = {"--add-modules", "jdk.incubator.vector"})
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class DecodeBandwidthBenchmark {
    private static final int COLUMNS = 2048;
    private static final int LONGS_PER_STEP = 8;
    private static final int STEP_BYTES = LONGS_PER_STEP * Long.BYTES;

    @Param({"Q8_0", "Q4_0", "Q4_K"})
    public DType type;

    @Param({"1", "2"})
    public int threads;

    /** Size of the weights in MiB; several times the L3 cache. */
    @Param("256")
    public int mebibytes;

    private SecureArena arena;
    private WorkerPool pool;
    private Kernels kernels;
    private PanelMatrix weights;
    private Activations x;
    private FloatRows y;
    /** One sum per worker, a cache line apart, so that no one waits for another's line. */
    private long[] sums;
    /** One per worker. */
    private MatMulScratch[] scratch;

    @Setup(Level.Trial)
    public void setUp() {
        Machine.announce(threads);
        kernels = Machine.vectorKernels();
        arena = SecureArena.open("weights");
        pool = new WorkerPool(threads);
        long panelBytes = type.byteSize(COLUMNS) * kernels.panelRows();
        long panels = ((long) mebibytes << 20) / panelBytes;
        weights = Matrices.repeated(type, panels, COLUMNS, kernels.panelRows(), arena);
        x = Matrices.randomActivations(type, 1, COLUMNS, kernels, arena);
        y = FloatRows.allocate(arena, 1, Math.toIntExact(weights.rows()), kernels.panelRows());
        sums = new long[threads * LONGS_PER_STEP];
        scratch = new MatMulScratch[threads];
        Arrays.setAll(scratch, worker -> MatMulScratch.allocate(arena, COLUMNS, 1, kernels.panelRows()));
        check();
    }

    /** The first panel against the scalar twin, then every panel against the first one, which it equals. */
    private void check() {
        int panelRows = kernels.panelRows();
        FloatRows expected = FloatRows.allocate(arena, 1, panelRows, panelRows);
        new ScalarKernels(panelRows).matMul(weights, 0, 1, x, expected, 1, scratch[0]);
        multiply();
        for (long panel = 0; panel < weights.layout().panels(); panel++) {
            MemorySegment actual = y.data().asSlice(panel * panelRows * Float.BYTES, (long) panelRows * Float.BYTES);
            var rows = new FloatRows(actual, 1, panelRows, panelRows);
            Matrices.requireEqual("panel " + panel, expected, rows, panelRows);
        }
    }

    @TearDown(Level.Trial)
    public void tearDown() {
        pool.close();
        arena.close();
    }

    @Benchmark
    public MemorySegment decode(Work work) {
        work.add(weights.layout().byteSize(), weights.rows() * COLUMNS);
        multiply();
        return y.data();
    }

    private void multiply() {
        pool.run(weights.layout().panels(), (worker, from, to) -> kernels.matMul(weights, from, to, x, y, 1, scratch[worker]));
    }

    @Benchmark
    public long[] read(Traffic traffic) {
        long steps = weights.layout().byteSize() / STEP_BYTES;
        traffic.add(steps * STEP_BYTES);
        MemorySegment bytes = weights.panels();
        pool.run(steps, (worker, from, to) -> sums[worker * LONGS_PER_STEP] += xor(bytes, from, to));
        return sums;
    }

    /** Four independent chains: one would wait for its own result more often than for memory. */
    private static long xor(MemorySegment bytes, long fromStep, long toStep) {
        long a = 0;
        long b = 0;
        long c = 0;
        long d = 0;
        for (long step = fromStep; step < toStep; step++) {
            long at = step * STEP_BYTES;
            a ^= bytes.get(ValueLayout.JAVA_LONG, at) ^ bytes.get(ValueLayout.JAVA_LONG, at + 8);
            b ^= bytes.get(ValueLayout.JAVA_LONG, at + 16) ^ bytes.get(ValueLayout.JAVA_LONG, at + 24);
            c ^= bytes.get(ValueLayout.JAVA_LONG, at + 32) ^ bytes.get(ValueLayout.JAVA_LONG, at + 40);
            d ^= bytes.get(ValueLayout.JAVA_LONG, at + 48) ^ bytes.get(ValueLayout.JAVA_LONG, at + 56);
        }
        return a ^ b ^ c ^ d;
    }
}
