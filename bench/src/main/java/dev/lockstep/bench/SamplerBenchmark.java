package dev.lockstep.bench;

import dev.lockstep.models.Sampling;
import dev.lockstep.models.internal.SamplerAccess;
import dev.lockstep.quant.LittleEndian;
import dev.lockstep.securemem.SecureArena;
import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
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
 * What does it cost to choose a token from the logits of a large vocabulary, compared with the model that made them?
 *
 * <p>{@code greedy} reads every logit once and is the baseline; {@code topKTopP} keeps the best 40 and cuts their tail at 0.95;
 * {@code fullSoftmax} draws from the whole vocabulary at temperature 1, in order. Logits are normally distributed with a deviation
 * of {@value #DEVIATION}; {@code gigabytes} counts them once per token.
 *
 * <p><b>How to run:</b> {@code bench/run Sampler}; another size: {@code bench/run Sampler -p vocabularySize=262144}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(value = 3, jvmArgsPrepend = {"--add-modules", "jdk.incubator.vector"})
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class SamplerBenchmark {
    private static final long SEED = 0x5EED_5A3BL;
    private static final double DEVIATION = 3;
    private static final int CHECKED_DRAWS = 10;

    private static final Sampling GREEDY = Sampling.greedy();
    private static final Sampling TOP_K_TOP_P = Sampling.greedy().temperature(0.8f).topK(40).topP(0.95f).seed(SEED);
    private static final Sampling FULL_SOFTMAX = Sampling.greedy().temperature(1).topK(0).topP(1).minP(0).seed(SEED);

    /** Llama 2's and Llama 3's. */
    @Param({"32000", "128256"})
    public int vocabularySize;

    private SecureArena arena;
    /** float32, shape (vocabularySize). */
    private MemorySegment logits;
    private SamplerAccess greedy;
    private SamplerAccess topKTopP;
    private SamplerAccess fullSoftmax;

    @Setup(Level.Trial)
    public void setUp() {
        Machine.announce(1);
        arena = SecureArena.open("logits");
        logits = arena.allocate((long) vocabularySize * Float.BYTES);
        var random = new SplittableRandom(SEED);
        for (long at = 0; at < logits.byteSize(); at += Float.BYTES) {
            logits.set(LittleEndian.FLOAT, at, (float) (DEVIATION * random.nextGaussian()));
        }
        greedy = checked(GREEDY);
        topKTopP = checked(TOP_K_TOP_P);
        fullSoftmax = checked(FULL_SOFTMAX);
    }

    private SamplerAccess checked(Sampling sampling) {
        var expected = new ReferenceSampler(sampling, logits.toArray(LittleEndian.FLOAT));
        var sampler = new SamplerAccess(sampling, vocabularySize, arena);
        for (int draw = 0; draw < CHECKED_DRAWS; draw++) {
            int wanted = expected.next();
            int actual = sampler.next(logits);
            if (actual != wanted) {
                throw new IllegalStateException(sampling + ", draw " + draw + ": token " + actual + " instead of " + wanted);
            }
        }
        return sampler;
    }

    @TearDown(Level.Trial)
    public void tearDown() {
        arena.close();
    }

    @Benchmark
    public int greedy(Traffic traffic) {
        return next(greedy, traffic);
    }

    @Benchmark
    public int topKTopP(Traffic traffic) {
        return next(topKTopP, traffic);
    }

    @Benchmark
    public int fullSoftmax(Traffic traffic) {
        return next(fullSoftmax, traffic);
    }

    private int next(SamplerAccess sampler, Traffic traffic) {
        traffic.add(logits.byteSize());
        return sampler.next(logits);
    }
}
