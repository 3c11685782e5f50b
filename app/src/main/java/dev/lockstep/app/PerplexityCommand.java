package dev.lockstep.app;

import dev.lockstep.app.quality.ScoredText;
import dev.lockstep.app.quality.Vocabularies;
import dev.lockstep.kernel.KvType;
import dev.lockstep.models.LoadOptions;
import dev.lockstep.models.Model;
import dev.lockstep.models.SessionOptions;
import dev.lockstep.securemem.SecureArena;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code lockstep perplexity}: how well a model predicts a text, and how far it is from another model. */
@Command(name = "perplexity",
        description = {"Measures how well a model predicts a text: its perplexity, as llama.cpp defines it (docs/quantize.md).",
            "With --reference, also how far its predictions are from those of another model of the same vocabulary: Kullback-Leibler"
                    + " divergence, in nats, and how often both think the same token most probable."})
final class PerplexityCommand extends IoCommand {
    static final int DEFAULT_CONTEXT = 512;

    @Mixin
    private ModelOption model;

    @Option(names = "--file", required = true, paramLabel = "TEXT", description = "The text to predict.")
    private Path file;

    @Option(names = "--reference", paramLabel = "PATH", description = "The model to compare with: the one that was quantized, say.")
    private Path reference;

    @Mixin
    private ComputeOptions compute;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        LoadOptions options = Arguments.checked(spec, () -> compute.loadOptions(DEFAULT_CONTEXT));
        // exact: what is measured is the weights
        SessionOptions session = compute.sessionOptions(KvType.F32);
        try (var own = model.identities(); Model loaded = model.load(io, own, options, session, false)) {
            if (reference == null) {
                measure(loaded, Optional.empty(), options, session);
            } else {
                try (Model other = model.loadOther(io, own, reference, options, session)) {
                    requireSameVocabulary(loaded, other);
                    measure(loaded, Optional.of(other), options, session);
                }
            }
        }
        return ExitCode.OK;
    }

    private void requireSameVocabulary(Model loaded, Model other) {
        Vocabularies.difference(loaded.tokenizer(), other.tokenizer()).ifPresent(difference -> {
            throw new ParameterException(spec.commandLine(), "the predictions of " + Printable.text(loaded.name()) + " and "
                    + Printable.text(other.name()) + " cannot be compared: " + Printable.text(difference));
        });
    }

    private void measure(Model loaded, Optional<Model> other, LoadOptions options, SessionOptions session) throws IOException {
        try (var memory = SecureArena.open("text")) {
            ScoredText text = Arguments.checkedIo(spec, () -> text(file, memory, options, loaded, other.orElse(loaded)));
            PerplexityReport report = report(text, loaded, other, session);
            io.println(json ? Json.pretty(report.json()) : report.text());
        }
    }

    private PerplexityReport report(ScoredText text, Model loaded, Optional<Model> other, SessionOptions session) {
        try (var progress = Progress.of(io, "predicting", text.predictions()); var predicting = loaded.newSession(session)) {
            if (other.isEmpty()) {
                return PerplexityReport.of(text, loaded, session.kvCache(), text.score(predicting, progress::to));
            }
            try (var expecting = other.get().newSession(session)) {
                return PerplexityReport.of(text, loaded, session.kvCache(), other.get(), text.compare(predicting, expecting, progress::to));
            }
        }
    }

    /**
     * The text, for one model or several.
     *
     * @throws IllegalArgumentException if the context does not fit to the text or the models
     */
    static ScoredText text(Path file, SecureArena memory, LoadOptions options, Model... models) throws IOException {
        for (Model each : models) {
            if (options.maxContext() > each.maxContext()) {
                throw new IllegalArgumentException("a context of " + options.maxContext() + " is longer than the " + each.maxContext() + " of "
                        + Printable.text(each.name()));
            }
        }
        return new ScoredText(memory, models[0].tokenizer(), TextInput.ofFile(file, memory), options.maxContext());
    }
}
