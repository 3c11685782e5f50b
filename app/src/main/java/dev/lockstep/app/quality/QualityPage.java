package dev.lockstep.app.quality;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * The report as a page of Markdown.
 *
 * @param model name of the original's file
 * @param text name of the text's file
 * @param context tokens per chunk
 * @param predictions tokens that each model predicted
 * @param perplexity of the original
 * @param standardError of that
 * @param rows one per type
 * @param plots pictures that lie beside the page
 */
public record QualityPage(String model, String text, int context, long predictions, double perplexity, double standardError,
        List<QualityRow> rows, List<Path> plots) {
    private static final double PERCENT = 100;

    /** @param command that made the page */
    public String markdown(String command) {
        var page = new StringBuilder();
        page.append("# What a type of weights costs\n\n");
        page.append(String.format(Locale.ROOT, "`%s`, quantized to one type after the other, predicts `%s`: %d tokens in chunks of %d, each with half a chunk or more"
                + " before it. The original has a perplexity of %.3f ± %.2f; the error is the text's and the same for all rows, whose differences are much more certain.\n\n",
                model, text, predictions, context, perplexity, standardError));
        page.append("| type | bytes | bits per weight | weight error | perplexity | more than the original | divergence, nats | of 99 % below | same top token |\n");
        page.append("|---|---:|---:|---:|---:|---:|---:|---:|---:|\n");
        rows.forEach(row -> page.append(line(row)));
        page.append('\n');
        plots.forEach(plot -> page.append("![Quality over size, by type](").append(plot.getFileName()).append(")\n\n"));
        page.append("Weight error: root mean square of what was lost of the matrices, relative to that of their values. Divergence: Kullback-Leibler, of the quantized model's predictions"
                + " from the original's, mean over all tokens. Same top token: how often both think the same token most probable.\n\n");
        page.append("Made by `").append(command).append("`\n");
        return page.toString();
    }

    private String line(QualityRow row) {
        return String.format(Locale.ROOT, "| %s | %,d | %.2f | %.5f | %.3f | %+.2f %% | %.6f | %.6f | %.2f %% |%n", row.type(), row.bytes(), row.bitsPerWeight(),
                row.weightError(), row.perplexity(), PERCENT * (row.perplexity() / perplexity - 1), row.divergence(), row.divergence99(),
                PERCENT * row.topAgreement());
    }
}
