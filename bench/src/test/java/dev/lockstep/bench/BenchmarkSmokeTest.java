package dev.lockstep.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collection;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Each benchmark method, once, in this JVM, on small operands: its set-up checks its answers, and it runs. Nothing is
 * measured. Here rows are no whole number of panels, which the real sizes are.
 */
class BenchmarkSmokeTest {
    private static final int TYPES = 5;
    private static final int MATMUL_TYPES = 15;

    @Test
    void matMul() throws RunnerException {
        assertThat(run(MatMulBenchmark.class, "rows", "67", "columns", "256")).hasSize(2 * 2 * MATMUL_TYPES);
    }

    @Test
    void decodeBandwidth() throws RunnerException {
        assertThat(run(DecodeBandwidthBenchmark.class, "mebibytes", "1")).hasSize(3 * 2 * 2);
    }

    @Test
    void zeroing() throws RunnerException {
        assertThat(run(ZeroingBenchmark.class, "mebibytes", "1")).hasSize(2);
    }

    @Test
    void pack() throws RunnerException {
        assertThat(run(PackBenchmark.class, "rows", "67", "columns", "96")).hasSize(2 * TYPES);
    }

    @Test
    void generation() throws RunnerException {
        assertThat(run(GenerationBenchmark.class, "tokens", "2", "sentences", "1", "threads", "2")).hasSize(2);
    }

    /** @param params names and values, in turn */
    private static Collection<RunResult> run(Class<?> suite, String... params) throws RunnerException {
        var options = new OptionsBuilder().include(suite.getName() + "\\.").forks(0).mode(Mode.SingleShotTime)
                .warmupIterations(0).measurementIterations(1).shouldFailOnError(true).verbosity(VerboseMode.SILENT);
        for (int i = 0; i < params.length; i += 2) {
            options.param(params[i], params[i + 1]);
        }
        return new Runner(options.build()).run();
    }
}
