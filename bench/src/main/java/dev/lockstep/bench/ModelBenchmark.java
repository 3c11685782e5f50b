package dev.lockstep.bench;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Which share of the machine does a whole model reach, reading a prompt and generating after it?
 *
 * <p>The model has random weights in the shape of a real one: the same matrices, the same time. {@code prefill} reads
 * {@code prompt} tokens into an empty session; {@code decode} generates {@code generated} tokens after as many. The ceilings of the
 * same fork are the baseline: {@code fmaPercent} for prefill, {@code readPercent} for decode. Only products are counted, not
 * attention, and the weights of a prompt once, though each of its batches reads them.
 *
 * <p><b>How to run:</b> {@code bench/run Model}; a small one: {@code bench/run Model -p shape=smollm2-135m -p type=Q8_0}; the shapes
 * are those of {@code lockstep synth}. The temporary folder needs room for the file, and memory for the file and the weights.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(value = 3, jvmArgsPrepend = {"--add-modules", "jdk.incubator.vector"})
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class ModelBenchmark {
    /** A session in which nothing was read yet. */
    @State(Scope.Benchmark)
    public static class Empty {
        @Setup(Level.Invocation)
        public void reset(RandomModel model) {
            model.reset();
        }
    }

    /** A session that has read the prompt and chosen the token that goes through the layers next. */
    @State(Scope.Benchmark)
    public static class AfterPrompt {
        @Setup(Level.Invocation)
        public void read(RandomModel model) {
            model.reset();
            model.readPrompt();
            model.generate(1);
        }
    }

    @Benchmark
    public int prefill(RandomModel model, Empty session, Tokens tokens, Work work) {
        tokens.add(model.prompt);
        work.add(model.workload().bytesPerToken(), model.workload().promptMultiplyAdds(model.prompt));
        return model.readPrompt();
    }

    @Benchmark
    public int decode(RandomModel model, AfterPrompt session, Tokens tokens, Work work) {
        tokens.add(model.generated);
        work.add(model.generated * model.workload().bytesPerToken(), model.generated * model.workload().promptMultiplyAdds(1));
        return model.generate(model.generated);
    }
}
