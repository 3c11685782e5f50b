package dev.lockstep.bench;

import dev.lockstep.loader.TrustPolicy;
import dev.lockstep.models.LoadOptions;
import dev.lockstep.models.Lockstep;
import dev.lockstep.models.Model;
import dev.lockstep.models.Session;
import dev.lockstep.models.SessionOptions;
import dev.lockstep.quant.DType;
import dev.lockstep.securemem.Hardening;
import dev.lockstep.securemem.SecureArena;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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
 * What does hardened memory cost while a model generates?
 *
 * <p>The same model is loaded twice, the second time into hardened memory, and both generate the same tokens in turns, so that what else
 * goes on in the machine meets both. Each fork prints the median of all pairs of turns: the speed of the second model in percent of the
 * first one's. Where in the machine a model lies makes a difference that lasts as long as the fork: compare several forks, and with the
 * control. The scores are those of pairs, and mean nothing alone.
 *
 * <p><b>How to run:</b> {@code bench/run HardenedDecode}. The temporary folder needs room for the file, and memory for it and for twice
 * the weights.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(value = 3, jvmArgsPrepend = {"--add-modules", "jdk.incubator.vector"})
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 10, time = 2)
public class HardenedDecodeBenchmark {
    private static final int CONTEXT = 512;

    /** Tokens of a turn. */
    private static final int TURN = 4;

    @Param("llama-3.2-1b")
    public String shape;

    /** False for a control: the second model lies in plain memory, too, and only elsewhere. */
    @Param({"true", "false"})
    public boolean hardened;

    @Param({"Q8_0", "Q4_0"})
    public DType type;

    @Param("2")
    public int threads;

    private final List<Double> percents = new ArrayList<>();
    private Memory plain;
    private Memory second;
    private boolean secondBegins;

    /** A model and a session in one kind of memory. */
    private record Memory(Model model, Session session) {
        static Memory load(SyntheticFile file, int threads) throws IOException {
            Model model = Lockstep.load(file.model(), TrustPolicy.allowUnsigned(), LoadOptions.defaults().withThreads(threads));
            return new Memory(model, model.newSession(SessionOptions.defaults().withContext(CONTEXT)));
        }

        void begin() {
            session.reset();
            try (var arena = SecureArena.open("first token")) {
                MemorySegment first = arena.allocate(Integer.BYTES);
                first.set(ValueLayout.JAVA_INT, 0, 1);
                session.read(first);
            }
        }

        /** Nanoseconds of a turn. */
        double turn() {
            long start = System.nanoTime();
            session.decode(TURN);
            return System.nanoTime() - start;
        }
    }

    @Setup(Level.Trial)
    public void setUp() throws IOException {
        Machine.announce(threads);
        Machine.vectorKernels();
        try (var file = SyntheticFile.write(shape, type)) {
            plain = Memory.load(file, threads);
            Machine.harden(hardened);
            second = Memory.load(file, threads);
        }
        System.out.println("# Hardened, but for: " + Hardening.report().problems());
    }

    @Setup(Level.Iteration)
    public void begin() {
        plain.begin();
        second.begin();
    }

    @Benchmark
    public int decodeInTurns() {
        if (plain.session.position() + TURN > CONTEXT) {
            begin();
        }
        secondBegins = !secondBegins;
        double early = (secondBegins ? second : plain).turn();
        double late = (secondBegins ? plain : second).turn();
        percents.add(100 * (secondBegins ? late / early : early / late));
        return second.session.position();
    }

    @TearDown(Level.Trial)
    public void tearDown() {
        double[] sorted = percents.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        // JMH may have begun a line
        System.out.println(System.lineSeparator() + String.format(Locale.ROOT, "# Second in percent of first: median %.1f, quartiles %.1f to %.1f, %d pairs of turns",
                sorted[sorted.length / 2], sorted[sorted.length / 4], sorted[sorted.length * 3 / 4], sorted.length));
        second.model.close();
        plain.model.close();
    }
}
