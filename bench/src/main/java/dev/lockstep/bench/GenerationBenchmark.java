package dev.lockstep.bench;

import dev.lockstep.models.Generation;
import dev.lockstep.models.LoadOptions;
import dev.lockstep.models.Lockstep;
import dev.lockstep.models.Model;
import dev.lockstep.models.Sampling;
import dev.lockstep.models.Session;
import dev.lockstep.models.Workload;
import java.io.IOException;
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
 * How many tokens per second does an embedder see, from prompt text to generated text, through the published API?
 *
 * <p>The model is the bundled demo: five million parameters that fit into a cache. It shows the cost of everything
 * around the products (tokenizer, attention, barriers, sampling, wiping), not the speed of a large model.
 * {@code generate} writes text after a short prompt; {@code readPrompt} reads a longer one and writes nothing. The
 * counter {@code tokens} is the result.
 *
 * <p><b>How to run:</b> {@code bench/run Generation}; without vectors:
 * {@code bench/run Generation -jvmArgsAppend -Dlockstep.kernel.bits=0}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(value = 3, jvmArgsPrepend = {"--add-modules", "jdk.incubator.vector"})
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class GenerationBenchmark {
    private static final String SHORT_PROMPT = "Once upon a time";
    private static final String SENTENCE = " there was a king who had a daughter.";

    @Param({"1", "2"})
    public int threads;

    /** Tokens to generate. */
    @Param("64")
    public int generated;

    /** Length of the longer prompt. */
    @Param("10")
    public int sentences;

    private Model model;
    private Session session;
    private String longPrompt;
    private Sampling greedy;

    @Setup(Level.Trial)
    public void setUp() throws IOException {
        Machine.announce(threads);
        model = Lockstep.load(Checkpoints.demo(), Checkpoints.demoTrust(), LoadOptions.defaults().withThreads(threads));
        session = model.newSession();
        greedy = Sampling.greedy().maxTokens(generated);
        longPrompt = SHORT_PROMPT + SENTENCE.repeat(sentences);
        check();
    }

    private void check() {
        String first = text();
        if (first.isEmpty() || !first.equals(text())) {
            throw new IllegalStateException("two greedy generations of " + generated + " tokens differ, or are empty");
        }
    }

    private String text() {
        var text = new StringBuilder();
        session.reset();
        session.generate(SHORT_PROMPT, greedy, token -> text.append(token.text()));
        return text.toString();
    }

    @TearDown(Level.Trial)
    public void tearDown() {
        model.close();
    }

    @Benchmark
    public Generation generate(Tokens tokens, Work work) {
        session.reset();
        Generation generation = session.generate(SHORT_PROMPT, greedy, _ -> { });
        tokens.add(generation.generatedTokens());
        // the first token comes out of reading the prompt, and the last does not go through the layers any more
        long decoded = generation.generatedTokens() - 1L;
        addWork(work, generation.promptTokens(), decoded);
        return generation;
    }

    @Benchmark
    public Generation readPrompt(Tokens tokens, Work work) {
        session.reset();
        Generation generation = session.generate(longPrompt, greedy.maxTokens(0), _ -> { });
        tokens.add(generation.promptTokens());
        addWork(work, generation.promptTokens(), 0);
        return generation;
    }

    /** Weights are counted once for the prompt, though batches read them again, and once for each token after it. */
    private void addWork(Work work, long promptTokens, long decoded) {
        Workload each = model.workload();
        work.add((1 + decoded) * each.bytesPerToken(), each.promptMultiplyAdds(promptTokens) + decoded * each.promptMultiplyAdds(1));
    }
}
