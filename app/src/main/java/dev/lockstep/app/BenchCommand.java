package dev.lockstep.app;

import dev.lockstep.app.bench.BenchPlan;
import dev.lockstep.app.bench.BenchResult;
import dev.lockstep.app.bench.ColdStart;
import dev.lockstep.app.bench.Machine;
import dev.lockstep.app.bench.ModelFacts;
import dev.lockstep.app.bench.SessionBenchmark;
import dev.lockstep.kernel.Ceilings;
import dev.lockstep.kernel.KvType;
import dev.lockstep.models.LoadOptions;
import dev.lockstep.models.Model;
import dev.lockstep.models.Session;
import dev.lockstep.models.SessionOptions;
import dev.lockstep.securemem.SecureArena;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code lockstep bench}: how fast a model is, cold and warm, and how near to what the machine can do. */
@Command(name = "bench",
        description = {"Measures how fast a model starts, reads prompts and generates tokens, and what the machine can do at best.",
            "Only numbers of one run should be compared; what lasts are the shares of the ceilings."})
final class BenchCommand extends IoCommand {
    private static final long MIB = 1L << 20;

    @Mixin
    private ModelOption model;

    @Option(names = {"-p", "--prompt-tokens"}, split = ",", paramLabel = "N",
            description = "Lengths of the prompts to read. Default: ${DEFAULT-VALUE}.")
    private List<Integer> prompts = List.of(128);

    @Option(names = {"-n", "--tokens"}, paramLabel = "N", description = "Tokens to generate. Default: ${DEFAULT-VALUE}.")
    private int tokens = 32;

    @Option(names = {"-r", "--repetitions"}, paramLabel = "N",
            description = "How often each is measured; the median counts. Default: ${DEFAULT-VALUE}.")
    private int repetitions = 3;

    @Option(names = {"-c", "--context"}, split = ",", paramLabel = "N",
            description = "Tokens that come before those that are generated. Default: ${DEFAULT-VALUE}.")
    private List<Integer> contexts = List.of(128);

    @Option(names = {"-t", "--threads"}, paramLabel = "N", description = "Threads that compute. Default: one per processor.")
    private Integer threads;

    @Option(names = "--kv-cache", paramLabel = "TYPE", converter = ComputeOptions.KvTypeName.class,
            description = "How past keys and values are kept: f32, f16 or q8_0. Default: f16.")
    private KvType kvCache = SessionOptions.defaults().kvCache();

    @Option(names = "--read-buffer", paramLabel = "MIB",
            description = "Memory to measure reading with; several times the caches. Default: ${DEFAULT-VALUE}.")
    private int readBufferMib = (int) (Ceilings.DEFAULT_BUFFER_BYTES / MIB);

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        BenchPlan plan = Arguments.checked(spec, () -> new BenchPlan(prompts, contexts, tokens, repetitions));
        LoadOptions options = Arguments.checked(spec, () -> options(plan));
        if (readBufferMib < 1) {
            throw new ParameterException(spec.commandLine(), "--read-buffer " + readBufferMib + " must be at least 1");
        }
        Machine machine = Machine.now();
        machine.loadAverage().ifPresent(load -> warnIfBusy(machine, load));
        BenchResult result;
        try (var progress = Progress.of(io)) {
            result = measure(plan, options, machine, progress);
        }
        var report = new BenchReport(result);
        io.println(json ? Json.pretty(report.json()) : report.text());
        return ExitCode.OK;
    }

    private LoadOptions options(BenchPlan plan) {
        LoadOptions options = LoadOptions.defaults().withMaxContext(plan.requiredContext());
        return threads == null ? options : options.withThreads(threads);
    }

    private void warnIfBusy(Machine machine, double load) {
        if (machine.isBusy()) {
            io.err().println(String.format(Locale.ROOT, "lockstep: WARNING: the load average is %.2f: this machine is busy, or was a"
                    + " minute ago. Take the numbers for ratios at best.", load));
        }
    }

    private BenchResult measure(BenchPlan plan, LoadOptions options, Machine machine, Progress progress) throws IOException {
        var clock = new ColdStart.Clock();
        ModelFacts facts;
        Model loaded;
        try (var checkpoint = model.open(io)) {
            clock.opened();
            progress.show("loading");
            loaded = Model.load(checkpoint, options);
            clock.loaded();
            facts = ModelFacts.of(checkpoint);
        }
        try (loaded; var memory = SecureArena.open("prompts"); Session session = newSession(loaded, plan)) {
            var benchmark = new SessionBenchmark(plan, session, loaded.tokenizer().vocabularySize(), memory, progress::show);
            ColdStart cold = benchmark.cold(clock);
            // Before and after what is compared with it: whatever disturbs the one may spare the other.
            Ceilings before = ceilings(loaded, progress);
            var prefill = plan.prompts().stream().map(benchmark::prefill).toList();
            var decode = plan.contexts().stream().map(benchmark::decode).toList();
            return new BenchResult(machine, before.orBetter(ceilings(loaded, progress)), facts, loaded.workload(), cold, prefill,
                    decode);
        }
    }

    private Session newSession(Model loaded, BenchPlan plan) {
        Arguments.checked(spec, () -> plan.requireFits(loaded.maxContext()));
        return loaded.newSession(SessionOptions.defaults().withContext(plan.requiredContext()).withKvCache(kvCache));
    }

    private Ceilings ceilings(Model loaded, Progress progress) {
        progress.show("measuring the machine");
        return Ceilings.measure(loaded.threads(), Math.max(readBufferMib, loaded.threads()) * MIB);
    }
}
