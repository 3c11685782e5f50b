package dev.lockstep.app;

import dev.lockstep.app.bench.BenchPlan;
import dev.lockstep.app.bench.BenchResult;
import dev.lockstep.app.bench.BenchSuite;
import dev.lockstep.app.bench.ColdStart;
import dev.lockstep.app.bench.Machine;
import dev.lockstep.app.bench.ModelFacts;
import dev.lockstep.app.bench.RunFacts;
import dev.lockstep.app.bench.SessionBenchmark;
import dev.lockstep.app.bench.report.Plots;
import dev.lockstep.app.bench.report.ReportFile;
import dev.lockstep.app.bench.report.RooflineReport;
import dev.lockstep.kernel.Ceilings;
import dev.lockstep.kernel.KvType;
import dev.lockstep.loader.OpenOptions;
import dev.lockstep.loader.Residency;
import dev.lockstep.models.LoadOptions;
import dev.lockstep.models.Model;
import dev.lockstep.models.Session;
import dev.lockstep.models.SessionOptions;
import dev.lockstep.securemem.SecureArena;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
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
    private ModelListOption models;

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

    @Option(names = {"-t", "--threads"}, split = ",", paramLabel = "N",
            description = "Threads that compute; with several numbers, all is measured with each. Default: one per processor.")
    private List<Integer> threads = List.of();

    @Option(names = "--kv-cache", paramLabel = "TYPE", converter = ComputeOptions.KvTypeName.class,
            description = "How past keys and values are kept: f32, f16 or q8_0. Default: f16.")
    private KvType kvCache = SessionOptions.defaults().kvCache();

    @Option(names = "--read-buffer", paramLabel = "MIB",
            description = "Memory to measure reading with; several times the caches. Default: ${DEFAULT-VALUE}.")
    private int readBufferMib = (int) (Ceilings.DEFAULT_BUFFER_BYTES / MIB);

    @Option(names = "--json",
            description = "Print JSON: an object, or an array of them for several models or numbers of threads.")
    private boolean json;

    @Option(names = "--report", paramLabel = "FILE",
            description = "Also write an HTML page with a roofline plot and others, and all numbers. An older FILE is replaced.")
    private Path report;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        BenchPlan plan = Arguments.checked(spec, () -> new BenchPlan(prompts, contexts, tokens, repetitions));
        List<LoadOptions> options = Arguments.checked(spec, () -> options(plan));
        if (readBufferMib < 1) {
            throw new ParameterException(spec.commandLine(), "--read-buffer " + readBufferMib + " must be at least 1");
        }
        List<Path> files = models.files();
        // Before the first of what may be hours: can it be written at all?
        try (ReportFile target = report == null ? null : open(report)) {
            RunFacts facts = RunFacts.now(spec.commandLine().getParseResult().originalArgs());
            var suite = measureAll(files, options, plan);
            print(suite);
            if (target != null) {
                target.finish(new RooflineReport(suite, facts).html());
                io.err().println("lockstep: the report is in " + report);
            }
        }
        return ExitCode.OK;
    }

    private List<LoadOptions> options(BenchPlan plan) {
        LoadOptions options = LoadOptions.defaults().withMaxContext(plan.requiredContext());
        return threads.isEmpty() ? List.of(options) : threads.stream().distinct().map(options::withThreads).toList();
    }

    private ReportFile open(Path file) throws IOException {
        Arguments.checked(spec, () -> ReportFile.requirePlace(file));
        Plots.requireFonts();
        return ReportFile.create(file);
    }

    private void print(BenchSuite suite) {
        var reports = suite.runs().stream().map(BenchReport::new).toList();
        if (!json) {
            io.println(reports.stream().map(BenchReport::text).collect(Collectors.joining("\n\n")));
        } else if (reports.size() == 1) {
            io.println(Json.pretty(reports.getFirst().json()));
        } else {
            var all = Json.array();
            reports.forEach(each -> all.add(each.json()));
            io.println(Json.pretty(all));
        }
    }

    private void warnIfBusy(Machine machine, double load) {
        if (machine.isBusy()) {
            io.err().println(String.format(Locale.ROOT, "lockstep: WARNING: the load average is %.2f: this machine is busy, or was a"
                    + " minute ago. Take the numbers for ratios at best.", load));
        }
    }

    private BenchSuite measureAll(List<Path> files, List<LoadOptions> options, BenchPlan plan) throws IOException {
        Machine machine = Machine.now();
        machine.loadAverage().ifPresent(load -> warnIfBusy(machine, load));
        GuardedLoader loader = models.loader(io);
        List<List<BenchResult>> measured = new ArrayList<>();
        try (var progress = Progress.of(io)) {
            for (Path file : files) {
                List<BenchResult> runs = new ArrayList<>();
                for (LoadOptions each : options) {
                    BenchResult result = measure(file, loader, plan, each, machine, progress);
                    boolean first = measured.isEmpty() && runs.isEmpty();
                    runs.add(first ? result : result.withoutColdStart());
                }
                measured.add(runs);
            }
        }
        return new BenchSuite(measured);
    }

    private BenchResult measure(Path file, GuardedLoader loader, BenchPlan plan, LoadOptions options, Machine machine,
            Progress progress) throws IOException {
        var clock = new ColdStart.Clock();
        ModelFacts facts;
        Model loaded;
        try (var checkpoint = loader.open(file, OpenOptions.of(Residency.RESIDENT), List.of())) {
            clock.opened();
            progress.show("loading " + Printable.text(checkpoint.name()));
            loaded = Model.load(checkpoint, options, sessionOptions(plan), _ -> { });
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
            return new BenchResult(machine, before.orBetter(ceilings(loaded, progress)), facts, loaded.workload(),
                    Optional.of(cold), prefill, decode);
        }
    }

    private Session newSession(Model loaded, BenchPlan plan) {
        Arguments.checked(spec, () -> plan.requireFits(loaded.maxContext()));
        return loaded.newSession(sessionOptions(plan));
    }

    private SessionOptions sessionOptions(BenchPlan plan) {
        return SessionOptions.defaults().withContext(plan.requiredContext()).withKvCache(kvCache);
    }

    private Ceilings ceilings(Model loaded, Progress progress) {
        progress.show("measuring the machine");
        return Ceilings.measure(loaded.threads(), Math.max(readBufferMib, loaded.threads()) * MIB);
    }
}
