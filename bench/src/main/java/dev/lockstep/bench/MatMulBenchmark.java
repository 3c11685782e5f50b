package dev.lockstep.bench;

import dev.lockstep.kernel.Activations;
import dev.lockstep.kernel.FloatRows;
import dev.lockstep.kernel.Kernels;
import dev.lockstep.kernel.MatMulScratch;
import dev.lockstep.kernel.internal.scalar.ScalarKernels;
import dev.lockstep.quant.DType;
import dev.lockstep.quant.PanelMatrix;
import dev.lockstep.securemem.SecureArena;
import java.lang.foreign.MemorySegment;
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
 * How much faster than plain Java is one product of one layer, on one thread, for each type of weights, for one token and for many?
 *
 * <p>{@code vector} is the kernel that users get, {@code scalar} its twin on the same panels. Both form the same sums
 * in the same order, so set-up demands results that are equal to the last bit. At 2048 × 2048, Q8_0 and Q4_0 fit into a
 * large L3 cache: this is about arithmetic; {@link DecodeBandwidthBenchmark} is about memory.
 *
 * <p><b>How to run:</b> {@code bench/run MatMul}; one type: {@code bench/run MatMul -p type=Q8_0}; another width:
 * {@code bench/run MatMul -jvmArgsAppend -Dlockstep.kernel.bits=256}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(value = 3, jvmArgsPrepend = {"--add-modules", "jdk.incubator.vector"})
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class MatMulBenchmark {
    @Param({"F32", "F16", "BF16", "Q8_0", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q2_K", "Q3_K", "Q4_K", "Q5_K", "Q6_K", "IQ4_NL", "MXFP4"})
    public DType type;

    @Param("2048")
    public int rows;

    @Param("2048")
    public int columns;

    /** 1 is decode, more is prefill. */
    @Param({"1", "128"})
    public int tokens;

    private SecureArena arena;
    private Kernels vector;
    private Kernels scalar;
    private PanelMatrix weights;
    private Activations x;
    private FloatRows y;
    private MatMulScratch scratch;

    @Setup(Level.Trial)
    public void setUp() {
        Machine.announce(1);
        vector = Machine.vectorKernels();
        scalar = new ScalarKernels(vector.panelRows());
        arena = SecureArena.open("operands");
        weights = Matrices.random(type, rows, columns, vector.panelRows(), arena);
        x = Matrices.randomActivations(type, tokens, columns, vector, arena);
        y = FloatRows.allocate(arena, tokens, rows, vector.panelRows());
        scratch = MatMulScratch.allocate(arena, columns, tokens, vector.panelRows());
        check();
    }

    private void check() {
        FloatRows expected = FloatRows.allocate(arena, tokens, rows, vector.panelRows());
        multiply(scalar, expected);
        multiply(vector, y);
        Matrices.requireEqual("vector product of " + type, expected, y, rows);
    }

    @TearDown(Level.Trial)
    public void tearDown() {
        arena.close();
    }

    @Benchmark
    public MemorySegment vector(Work work) {
        work.add(weights.layout().byteSize(), (long) rows * columns * tokens);
        return multiply(vector, y);
    }

    @Benchmark
    public MemorySegment scalar(Work work) {
        work.add(weights.layout().byteSize(), (long) rows * columns * tokens);
        return multiply(scalar, y);
    }

    private MemorySegment multiply(Kernels kernels, FloatRows result) {
        kernels.matMul(weights, 0, weights.layout().panels(), x, result, tokens, scratch);
        return result.data();
    }
}
