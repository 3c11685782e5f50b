package dev.lockstep.bench;

import dev.lockstep.guard.Guard;
import dev.lockstep.guard.GuardOptions;
import dev.lockstep.guard.audit.AuditLog;
import dev.lockstep.guard.audit.AuditOptions;
import dev.lockstep.guard.device.DeviceKey;
import dev.lockstep.guard.policy.GuardPolicy;
import dev.lockstep.guard.policy.Principals;
import dev.lockstep.guard.policy.Request;
import dev.lockstep.loader.TrustPolicy;
import dev.lockstep.loader.gate.ModelGate;
import dev.lockstep.loader.gate.SessionGate;
import dev.lockstep.loader.gate.Usage;
import dev.lockstep.models.Generation;
import dev.lockstep.models.LoadOptions;
import dev.lockstep.models.Lockstep;
import dev.lockstep.models.Model;
import dev.lockstep.models.Sampling;
import dev.lockstep.models.Session;
import dev.lockstep.models.SessionOptions;
import dev.lockstep.quant.DType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
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
 * What does a guard cost a request: the policy's decision, the age of what is known of the device, and a record that is on disk when the
 * answer is?
 *
 * <p>The baseline is the same request through {@link ModelGate#OPEN}, in the same run. The bundled demo is the smallest model there is:
 * with any other, the same cost is a smaller share. {@code request} is one generation in a session that is open; {@code session} opens one
 * for it and closes it, which is three records. {@code alone} is what the gate does for a request, without the request: where that is a
 * hundredth of it, the other two lie closer together than they can be measured.
 *
 * <p><b>How to run:</b> {@code bench/run GuardOverhead}; with random weights in the shape of a real model: {@code -p model=llama-3.2-1b}.
 * The record is written to the folder for temporary files; where that is memory, name a disk: {@code -jvmArgsAppend -Djava.io.tmpdir=DIR}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(value = 3, jvmArgsPrepend = {"--add-modules", "jdk.incubator.vector"})
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 2)
public class GuardOverheadBenchmark {
    private static final String PROMPT = "Once upon a time";
    /** Seeds that are tried for a text that is long enough; one in some is. */
    private static final int SEEDS = 20;
    private static final int TOKENS = 100;
    /** How often a session asks whether it may go on; more than it does. */
    private static final int ASKED_PER_TOKEN = 4;
    private static final SessionOptions CONTEXT = SessionOptions.defaults().withContext(256);

    /** All rules are asked, none refuses, whatever this machine is like. */
    private static final String POLICY = """
            {"format": "lockstep-guard-policy/v1", "name": "bench", "version": 1,
             "models": [{"name": "*"}],
             "principals": [{"type": "user", "name": "*", "dataClasses": ["bench"]}],
             "postures": [{"name": "any", "others": {"fail": "warn", "unknown": "warn"}}],
             "dataClasses": [{"name": "bench", "models": ["*"], "posture": "any", "unsignedModels": true,
               "limits": {"maxContext": 4096, "maxPromptTokens": 4096, "maxNewTokens": 4096, "requestsPerMinute": 1000000,
                 "tokensPerMinute": 1000000000}}],
             "defaultDataClass": "bench",
             "audit": {"required": true}}
            """;

    /** What stands before the model: nothing, or a guard with a record. */
    @Param({"open", "guard"})
    public String gate;

    /** {@code demo}, or the name of a shape. */
    @Param("demo")
    public String model;

    private Sampling sampling;
    private Path folder;
    private AuditLog log;
    private Guard guard;
    private Model loaded;
    private Session session;
    private SessionGate asked;

    @Setup(Level.Trial)
    public void setUp() throws IOException {
        LoadOptions options = LoadOptions.defaults();
        Machine.announce(options.threads());
        folder = Files.createTempDirectory("guard-overhead");
        log = AuditLog.open(folder.resolve("audit"), DeviceKey.openOrCreate(folder.resolve("device")), AuditOptions.standard());
        guard = Guard.open(GuardOptions.of(GuardPolicy.parse(POLICY.getBytes(StandardCharsets.UTF_8), "bench")).withAudit(log));
        ModelGate before = gate.equals("open") ? ModelGate.OPEN : guard.gate(Request.toInfer(Principals.ofProcess(), Optional.empty()));
        loaded = load(options.withGate(before));
        session = loaded.newSession(CONTEXT);
        asked = sessionOf(before);
        sampling = IntStream.range(0, SEEDS).mapToObj(seed -> Sampling.defaults().seed(seed).maxTokens(TOKENS)).filter(this::isLong).findFirst()
                .orElseThrow(() -> new IllegalStateException("no text of " + model + " has " + TOKENS + " tokens"));
    }

    private Model load(LoadOptions options) throws IOException {
        if (model.equals("demo")) {
            return Lockstep.load(Checkpoints.demo(), Checkpoints.demoTrust(), options);
        }
        try (var file = SyntheticFile.write(model, DType.Q8_0)) {
            return Lockstep.load(file.model(), TrustPolicy.allowUnsigned(), options);
        }
    }

    /** Of the demo, whatever the model is: the gate only knows what it is told. */
    private SessionGate sessionOf(ModelGate before) throws IOException {
        before.opening(Checkpoints.demo());
        before.verified(Checkpoints.demo(), loaded.provenance(), 0);
        SessionGate opened = before.session(Checkpoints.demo(), loaded.provenance());
        opened.opening(CONTEXT.context());
        return opened;
    }

    private boolean isLong(Sampling tried) {
        session.reset();
        return session.generate(PROMPT, tried, _ -> { }).generatedTokens() == TOKENS;
    }

    @TearDown(Level.Trial)
    public void tearDown() throws IOException {
        loaded.close();
        guard.close();
        log.close();
        try (var files = Files.walk(folder)) {
            List<Path> all = files.sorted(Comparator.reverseOrder()).toList();
            for (Path file : all) {
                Files.delete(file);
            }
        }
    }

    @Benchmark
    public Generation request() {
        session.reset();
        return session.generate(PROMPT, sampling, _ -> { });
    }

    @Benchmark
    public Usage alone() {
        asked.generating(PROMPT.length(), TOKENS);
        for (int i = 0; i < TOKENS * ASKED_PER_TOKEN; i++) {
            asked.continuing();
        }
        var usage = new Usage(PROMPT.length(), TOKENS, 1, 1, Usage.LENGTH);
        asked.generated(usage);
        return usage;
    }

    @Benchmark
    public Generation session() {
        try (Session own = loaded.newSession(CONTEXT)) {
            return own.generate(PROMPT, sampling, _ -> { });
        }
    }
}
