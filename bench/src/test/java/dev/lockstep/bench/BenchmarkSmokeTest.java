package dev.lockstep.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.lockstep.quant.DType;
import java.util.Arrays;
import java.util.Collection;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Each benchmark method, once, in this JVM, on small operands: its set-up checks its answers, and it runs. Nothing is
 * measured. Here rows are no whole number of panels, tokens no whole number of tiles, which the real sizes are.
 */
class BenchmarkSmokeTest {
    private static final long TYPES = Arrays.stream(DType.values()).filter(DType::isComputable).count();

    @Test
    void matMul() throws RunnerException {
        assertThat(run(MatMulBenchmark.class, "rows", "67", "columns", "256", "tokens", "1,5")).hasSize(size(2 * 2 * TYPES));
    }

    @Test
    void decodeBandwidth() throws RunnerException {
        assertThat(run(DecodeBandwidthBenchmark.class, "mebibytes", "1")).hasSize(3 * 2 * 2);
    }

    @Test
    void zeroing() throws RunnerException {
        assertThat(run(ZeroingBenchmark.class, "mebibytes", "1")).hasSize(2 * 2);
    }

    @Test
    void hardenedDecode() throws RunnerException {
        assertThat(run(HardenedDecodeBenchmark.class, "shape", "tiny", "type", "Q8_0")).hasSize(2);
    }

    @Test
    void audit() throws RunnerException {
        assertThat(run(AuditBenchmark.class)).hasSize(2 * 2);
    }

    @Test
    void pack() throws RunnerException {
        assertThat(run(PackBenchmark.class, "rows", "67", "columns", "256")).hasSize(size(2 * TYPES));
    }

    @Test
    void generation() throws RunnerException {
        assertThat(run(GenerationBenchmark.class, "generated", "2", "sentences", "1", "threads", "2")).hasSize(2);
    }

    @Test
    void guardOverhead() throws RunnerException {
        assertThat(run(GuardOverheadBenchmark.class)).hasSize(2 * 3);
    }

    @Test
    void attention() throws RunnerException {
        assertThat(run(AttentionBenchmark.class, "context", "67", "tokens", "1,5")).hasSize(2 * 3 * 2 * 2);
    }

    @Test
    void load() throws RunnerException {
        assertThat(run(LoadBenchmark.class, "shape", "tiny")).hasSize(3 * 2);
    }

    @Test
    void model() throws RunnerException {
        assertThat(run(ModelBenchmark.class, "shape", "tiny", "prompt", "5", "generated", "2")).hasSize(2 * 3);
    }

    @Test
    void tokenizer() throws RunnerException {
        assertThat(run(TokenizerBenchmark.class, "kibibytes", "1")).hasSize(2);
    }

    @Test
    void posture() throws RunnerException {
        assertThat(run(PostureBenchmark.class)).hasSize(2);
    }

    @Test
    void tokenizerOfOthers() throws RunnerException {
        assumeThat(Checkpoints.shared()).isDirectory();
        assertThat(run(TokenizerBenchmark.class, "kibibytes", "1", "vocabulary", "gpt-2,starcoder,llama-spm,phi-3")).hasSize(2 * 4);
    }

    @Test
    void sampler() throws RunnerException {
        assertThat(run(SamplerBenchmark.class, "vocabularySize", "1000")).hasSize(3);
    }

    /** The shares are of the ceilings of the same fork. */
    @Test
    void ratesComeWithTheirShares() throws RunnerException {
        // one call is no rate
        var options = options(MatMulBenchmark.class, Mode.Throughput, "rows", "67", "columns", "256", "tokens", "1", "type", "Q8_0");
        for (RunResult result : new Runner(options.build()).run()) {
            var rates = result.getSecondaryResults();
            assertThat(rates).containsOnlyKeys("gigabytes", "readPercent", "gigaMultiplyAdds", "fmaPercent");
            assertThat(rates.values()).allSatisfy(rate -> assertThat(rate.getScore()).isPositive());
        }
    }

    private static int size(long results) {
        return Math.toIntExact(results);
    }

    /** @param params names and values, in turn; several values with commas between them */
    private static Collection<RunResult> run(Class<?> suite, String... params) throws RunnerException {
        return new Runner(options(suite, Mode.SingleShotTime, params).build()).run();
    }

    private static ChainedOptionsBuilder options(Class<?> suite, Mode mode, String... params) {
        var options = new OptionsBuilder().include(suite.getName() + "\\.").forks(0).mode(mode)
                .warmupIterations(0).measurementIterations(1)
                .measurementTime(TimeValue.milliseconds(10)).shouldFailOnError(true).verbosity(VerboseMode.SILENT);
        for (int i = 0; i < params.length; i += 2) {
            options.param(params[i], params[i + 1].split(","));
        }
        return options;
    }
}
