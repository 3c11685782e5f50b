package dev.lockstep.app.quality;

import dev.lockstep.app.quality.ScoredText.Comparison;
import dev.lockstep.app.quantize.QuantizedCheckpoint;
import dev.lockstep.app.quantize.WeightError;
import dev.lockstep.loader.CheckpointLoader;
import dev.lockstep.loader.GgufWriter.Existing;
import dev.lockstep.loader.OpenOptions;
import dev.lockstep.loader.Residency;
import dev.lockstep.loader.TrustPolicy;
import dev.lockstep.loader.VerifiedCheckpoint;
import dev.lockstep.models.LoadOptions;
import dev.lockstep.models.Model;
import dev.lockstep.models.Session;
import dev.lockstep.models.SessionOptions;
import dev.lockstep.quant.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.LongConsumer;

/** Measures a model in one type after the other. Borrows everything. One thread at a time. */
public final class QualitySuite {
    /** In a share of the tails: what all but one of a hundred tokens do not exceed. */
    private static final double TAIL = 0.99;

    private final VerifiedCheckpoint source;
    private final Model original;
    private final ScoredText text;
    private final LoadOptions options;
    private final SessionOptions sessionOptions;
    /** Of the original; the same each time. */
    private Perplexity reference = new Perplexity();

    /**
     * @param source the original's checkpoint, not loaded
     * @param original the same, loaded
     * @param options and session options, for the original's sessions and the quantized models
     */
    public QualitySuite(VerifiedCheckpoint source, Model original, ScoredText text, LoadOptions options, SessionOptions sessionOptions) {
        this.source = source;
        this.original = original;
        this.text = text;
        this.options = options;
        this.sessionOptions = sessionOptions;
    }

    /** Tokens that are predicted for each type. */
    public long predictions() {
        return text.predictions();
    }

    /**
     * Quantizes, by way of a file in a folder that only its owner sees, and compares.
     *
     * @param progress is told how many tokens were predicted so far
     */
    public QualityRow measure(DType type, LongConsumer progress) throws IOException {
        Path folder = Files.createTempDirectory("lockstep-quality");
        Path file = folder.resolve(type + ".gguf");
        try {
            var quantized = new QuantizedCheckpoint(source, type, true);
            quantized.write(file, Existing.REFUSE, _ -> { });
            var asked = OpenOptions.of(Residency.RESIDENT).withGate(source.gate());
            // what was written a moment ago is what is opened; there is no signature of it yet
            try (var checkpoint = CheckpointLoader.open(file, TrustPolicy.allowUnsigned(), asked, List.of())) {
                double error = WeightError.between(source, checkpoint);
                return row(type, quantized, error, checkpoint, progress);
            }
        } finally {
            Files.deleteIfExists(file);
            Files.delete(folder);
        }
    }

    private QualityRow row(DType type, QuantizedCheckpoint quantized, double error, VerifiedCheckpoint checkpoint, LongConsumer progress) {
        try (Model model = Model.load(checkpoint, options); Session session = model.newSession(sessionOptions);
                Session expecting = original.newSession(sessionOptions)) {
            Comparison compared = text.compare(session, expecting, progress);
            reference = compared.reference();
            Divergence divergence = compared.divergence();
            return new QualityRow(type, quantized.byteSize(), quantized.bitsPerWeight(), error, compared.model().value(), divergence.mean(),
                    divergence.quantile(TAIL), divergence.topAgreement());
        }
    }

    /** The page about what was measured. */
    public QualityPage page(String textName, List<QualityRow> rows, List<Path> plots) {
        return new QualityPage(original.name(), textName, text.context(), text.predictions(), reference.value(), reference.standardError(), rows, plots);
    }
}
