package dev.lockstep.app;

import dev.lockstep.app.bench.report.Plots;
import dev.lockstep.app.bench.report.QualityPlots;
import dev.lockstep.app.quality.QualityPage;
import dev.lockstep.app.quality.QualityRow;
import dev.lockstep.app.quality.QualitySuite;
import dev.lockstep.kernel.KvType;
import dev.lockstep.loader.VerifiedCheckpoint;
import dev.lockstep.models.LoadOptions;
import dev.lockstep.models.Model;
import dev.lockstep.models.SessionOptions;
import dev.lockstep.quant.DType;
import dev.lockstep.securemem.SecureArena;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code lockstep quality}: what each type of weights costs a model, as a page with a table and plots. */
@Command(name = "quality",
        description = {"Quantizes a model to one type after the other and measures what each costs: size, error of the weights, perplexity, and"
                + " divergence from the original. Writes a page (Markdown) with a table, and two plots (SVG) beside it.",
            "All matrices get the type, as with quantize --pure."})
final class QualityCommand extends IoCommand {
    @Mixin
    private ModelOption model;

    @Option(names = "--file", required = true, paramLabel = "TEXT", description = "The text to predict.")
    private Path file;

    @Option(names = "--types", split = ",", paramLabel = "TYPE", converter = ComputableType.class, completionCandidates = ComputableType.class,
            description = "The types: of ${COMPLETION-CANDIDATES}. Default: all but F32.")
    private List<DType> types = ComputableType.all().stream().filter(type -> type != DType.F32).toList();

    @Option(names = "--report", required = true, paramLabel = "FILE", description = "The page to write. No file is overwritten without --force.")
    private Path report;

    @Option(names = "--force", description = "Replace the page and its plots.")
    private boolean force;

    @Mixin
    private ComputeOptions compute;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        LoadOptions options = Arguments.checked(spec, () -> compute.loadOptions(PerplexityCommand.DEFAULT_CONTEXT));
        SessionOptions session = compute.sessionOptions(KvType.F32);
        if (AgeIdentityOptions.isEncrypted(model.file())) {
            throw new ParameterException(spec.commandLine(), "the model is encrypted, and quantized it would pass through unencrypted files;"
                    + " decrypt it first if that is meant");
        }
        requireFree(List.of(report, perplexityPlot(), divergencePlot()));
        Plots.requireFonts();
        try (var own = model.identities(); Model original = model.load(io, own, options, session, false);
                VerifiedCheckpoint source = model.open(io, own); var memory = SecureArena.open("text")) {
            var text = Arguments.checkedIo(spec, () -> PerplexityCommand.text(file, memory, options, original));
            write(measure(new QualitySuite(source, original, text, options, session)));
        }
        return ExitCode.OK;
    }

    private void requireFree(List<Path> files) throws IOException {
        for (Path each : files) {
            if (!force && Files.exists(each)) {
                throw new FileAlreadyExistsException(each.toString());
            }
        }
    }

    private QualityPage measure(QualitySuite suite) throws IOException {
        List<QualityRow> rows = new ArrayList<>();
        try (var progress = Progress.of(io, "measuring", (long) types.size() * suite.predictions())) {
            for (DType type : types) {
                long before = (long) rows.size() * suite.predictions();
                rows.add(suite.measure(type, done -> progress.to(before + done)));
            }
        }
        rows.sort((one, other) -> Long.compare(other.bytes(), one.bytes()));
        return suite.page(file.getFileName().toString(), rows, List.of(perplexityPlot(), divergencePlot()));
    }

    private void write(QualityPage page) throws IOException {
        String command = "lockstep " + String.join(" ", spec.commandLine().getParseResult().originalArgs());
        Files.writeString(perplexityPlot(), QualityPlots.perplexity(page.rows()));
        Files.writeString(divergencePlot(), QualityPlots.divergence(page.rows()));
        Files.writeString(report, page.markdown(command));
        io.err().println("lockstep: wrote " + report);
    }

    private Path perplexityPlot() {
        return besideReport("-perplexity.svg");
    }

    private Path divergencePlot() {
        return besideReport("-divergence.svg");
    }

    private Path besideReport(String ending) {
        String name = report.getFileName().toString();
        int dot = name.lastIndexOf('.');
        return report.resolveSibling((dot > 0 ? name.substring(0, dot) : name) + ending);
    }
}
