package dev.lockstep.app;

import dev.lockstep.app.quality.Divergence;
import dev.lockstep.app.quality.Perplexity;
import dev.lockstep.app.quality.ScoredText;
import dev.lockstep.app.quality.ScoredText.Comparison;
import dev.lockstep.kernel.KvType;
import dev.lockstep.models.Model;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/** What came of {@code lockstep perplexity}, for people and for programs (docs/quantize.md). */
record PerplexityReport(ScoredText scored, Model model, KvType kvCache, Perplexity perplexity, Optional<Reference> reference) {
    private static final double PERCENT = 100;
    private static final double TAIL = 0.99;

    /** What it was compared with. */
    record Reference(Model model, Perplexity perplexity, Divergence divergence) { }

    static PerplexityReport of(ScoredText scored, Model model, KvType kvCache, Perplexity perplexity) {
        return new PerplexityReport(scored, model, kvCache, perplexity, Optional.empty());
    }

    static PerplexityReport of(ScoredText scored, Model model, KvType kvCache, Model reference, Comparison comparison) {
        return new PerplexityReport(scored, model, kvCache, comparison.model(),
                Optional.of(new Reference(reference, comparison.reference(), comparison.divergence())));
    }

    String text() {
        var text = new StringBuilder();
        line(text, "perplexity", "%.4f ± %.4f", perplexity.value(), perplexity.standardError());
        line(text, "of", "%d predicted tokens, %d chunks of %d; the text has %d", perplexity.count(), scored.chunks(), scored.context(),
                scored.tokens());
        reference.ifPresent(other -> {
            Divergence divergence = other.divergence;
            line(text, "reference", "%.4f ± %.4f, %s", other.perplexity.value(), other.perplexity.standardError(),
                    Printable.text(other.model.name()));
            line(text, "divergence", "%.6f ± %.6f nats (mean), 99 %% below %.6f, at most %.6f", divergence.mean(), divergence.standardError(),
                    divergence.quantile(TAIL), divergence.max());
            line(text, "same top token", "%.2f %%", PERCENT * divergence.topAgreement());
        });
        return text.toString().stripTrailing();
    }

    private static void line(StringBuilder text, String name, String format, Object... values) {
        text.append(String.format(Locale.ROOT, "%-15s ", name)).append(String.format(Locale.ROOT, format, values)).append('\n');
    }

    ObjectNode json() {
        var root = Json.object();
        root.set("model", json(model, perplexity));
        root.put("tokens", scored.tokens()).put("context", scored.context()).put("chunks", scored.chunks())
                .put("predictedTokens", perplexity.count()).put("kvType", kvCache.name());
        reference.ifPresent(other -> {
            root.set("reference", json(other.model, other.perplexity));
            root.putObject("klDivergenceNats").put("mean", other.divergence.mean()).put("standardError", other.divergence.standardError())
                    .put("p99", other.divergence.quantile(TAIL)).put("max", other.divergence.max());
            root.put("sameTopTokenShare", other.divergence.topAgreement());
        });
        return root;
    }

    private static ObjectNode json(Model model, Perplexity perplexity) {
        return Json.object().put("file", model.name()).put("sha256", model.provenance().sha256()).put("perplexity", perplexity.value())
                .put("standardError", perplexity.standardError());
    }
}
