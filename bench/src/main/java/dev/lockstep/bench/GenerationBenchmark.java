package dev.lockstep.bench;

import dev.lockstep.loader.TrustPolicy;
import dev.lockstep.loader.signing.SigningKeys;
import dev.lockstep.models.Generation;
import dev.lockstep.models.LoadOptions;
import dev.lockstep.models.Lockstep;
import dev.lockstep.models.Model;
import dev.lockstep.models.Sampling;
import dev.lockstep.models.Session;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
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
    private static final Path CHECKPOINTS = Path.of(System.getProperty("lockstep.root", ""), "models", "checkpoints");

    @Param({"1", "2"})
    public int threads;

    /** Tokens to generate. */
    @Param("64")
    public int tokens;

    /** Length of the longer prompt. */
    @Param("10")
    public int sentences;

    private Model model;
    private Session session;
    private String longPrompt;
    private Sampling greedy;

    /** Tokens per second, printed below the score. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    public static class Rate {
        /** Tokens generated or read; a rate, so tokens/s. */
        public long tokens;
    }

    @Setup(Level.Trial)
    public void setUp() throws IOException {
        Machine.announce();
        var trust = TrustPolicy.of(SigningKeys.readPublicKey(CHECKPOINTS.resolve("demo-key.pub.pem")));
        model = Lockstep.load(CHECKPOINTS.resolve("andersen-5m-q8_0.gguf"), trust,
                LoadOptions.defaults().withThreads(threads));
        session = model.newSession();
        greedy = Sampling.greedy().maxTokens(tokens);
        longPrompt = SHORT_PROMPT + SENTENCE.repeat(sentences);
        check();
    }

    private void check() {
        String first = text();
        if (first.isEmpty() || !first.equals(text())) {
            throw new IllegalStateException("two greedy generations of " + tokens + " tokens differ, or are empty");
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
    public Generation generate(Rate rate) {
        session.reset();
        Generation generation = session.generate(SHORT_PROMPT, greedy, _ -> { });
        rate.tokens += generation.generatedTokens();
        return generation;
    }

    @Benchmark
    public Generation readPrompt(Rate rate) {
        session.reset();
        Generation generation = session.generate(longPrompt, greedy.maxTokens(0), _ -> { });
        rate.tokens += generation.promptTokens();
        return generation;
    }
}
