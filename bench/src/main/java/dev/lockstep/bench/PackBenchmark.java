package dev.lockstep.bench;

import dev.lockstep.quant.DType;
import dev.lockstep.quant.PanelLayout;
import dev.lockstep.securemem.SecureArena;
import java.lang.foreign.Arena;
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
 * How much of the loading time is the weaving of rows into panels: how many GB/s of a file does
 * {@link PanelLayout#pack} take?
 *
 * <p>{@code pack} weaves a whole matrix, panel by panel, on one thread, as the loader does. {@code copy} is the
 * ceiling: the same bytes, copied as they are, which the loader would have to do in any case.
 *
 * <p><b>How to run:</b> {@code bench/run Pack}; one type: {@code bench/run Pack -p type=Q8_0}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(value = 3, jvmArgsPrepend = {"--add-modules", "jdk.incubator.vector"})
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class PackBenchmark {
    @Param({"F32", "F16", "BF16", "Q8_0", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q2_K", "Q3_K", "Q4_K", "Q5_K", "Q6_K", "IQ4_NL", "MXFP4"})
    public DType type;

    @Param("2048")
    public int rows;

    @Param("2048")
    public int columns;

    private SecureArena arena;
    private PanelLayout layout;
    private MemorySegment fileRows;
    private MemorySegment panels;

    @Setup(Level.Trial)
    public void setUp() {
        Machine.announce(1);
        arena = SecureArena.open("matrix");
        layout = new PanelLayout(type, rows, columns, Machine.vectorKernels().panelRows());
        fileRows = Matrices.fileRows(layout, rows, arena);
        panels = arena.allocate(layout.allocationBytes());
        check();
    }

    private void check() {
        Matrices.pack(layout, fileRows, panels);
        MemorySegment unpacked = arena.allocate(layout.rowBytes());
        for (long row = 0; row < rows; row++) {
            layout.unpackRow(row, panels, unpacked, Arena.ofAuto().allocate(layout.scratchBytes()));
            if (unpacked.mismatch(fileRows.asSlice(row * layout.rowBytes(), layout.rowBytes())) >= 0) {
                throw new IllegalStateException("row " + row + " does not come back as it was");
            }
        }
    }

    @TearDown(Level.Trial)
    public void tearDown() {
        arena.close();
    }

    @Benchmark
    public MemorySegment pack(Traffic traffic) {
        traffic.add(fileRows.byteSize());
        Matrices.pack(layout, fileRows, panels);
        return panels;
    }

    @Benchmark
    public MemorySegment copy(Traffic traffic) {
        traffic.add(fileRows.byteSize());
        MemorySegment.copy(fileRows, 0, panels, 0, fileRows.byteSize());
        return panels;
    }
}
