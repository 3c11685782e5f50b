package dev.lockstep.app.bench.report;

import dev.lockstep.app.bench.BenchResult;
import dev.lockstep.app.bench.BenchSuite;
import java.util.Comparator;
import java.util.List;
import org.knowm.xchart.CategoryChart;

/** Model beside model, with the most threads: the longest prompt, and generating after the shortest context. */
final class FormatPlots {
    private static final double PERCENT = 100;

    private FormatPlots() {
    }

    static Figure speed(BenchSuite suite, List<String> labels) {
        List<BenchResult> runs = suite.withMostThreads();
        String reading = "Medians. How many tokens a second depends on the size of a model as much as on anything else: compare"
                + " these bars only between formats of one shape. The two plots have different scales.";
        return new Figure("Tokens per second by model", reading, List.of(
                new Picture("Bars of tokens per second of prompts", Plots.bars("Reading a prompt of " + longest(runs.getFirst()).tokens()
                        + " tokens", "tokens/s", labels, runs.stream().map(run -> longest(run).tokensPerSecond().median()).toList())),
                new Picture("Bars of tokens per second generated", Plots.bars("Generating after " + shortest(runs.getFirst()).context()
                        + " tokens", "tokens/s", labels, runs.stream().map(run -> shortest(run).tokensPerSecond().median()).toList()))));
    }

    static Figure share(BenchSuite suite, List<String> labels) {
        List<BenchResult> runs = suite.withMostThreads();
        List<Double> decode = runs.stream().map(run -> PERCENT * run.bandwidthShare(shortest(run))).toList();
        List<Double> prefill = runs.stream().map(run -> PERCENT * run.fmaCeilingShare(longest(run))).toList();
        String reading = "What is left to gain. Generating has to read every weight for every token, so its ceiling is the bandwidth of"
                + " memory; reading prompts multiplies each weight with many tokens, so its ceiling is float32 multiply-adds in"
                + " registers. These shares can be compared between runs and machines. Above 100 % are integer products that are faster"
                + " than float32, and small models that caches hold.";
        return new Figure("Shares of the ceilings by model", reading, List.of(
                new Picture("Bars of shares of the bandwidth", shares("Generating, share of the read bandwidth", labels, decode)),
                new Picture("Bars of shares of the fma ceiling", shares("Reading prompts, share of the fma ceiling", labels, prefill))));
    }

    private static CategoryChart shares(String title, List<String> labels, List<Double> values) {
        CategoryChart chart = Plots.bars(title, "%", labels, values);
        double largest = values.stream().max(Double::compare).orElseThrow();
        chart.getStyler().setYAxisMax(Math.max(PERCENT, 1.1 * largest));
        chart.getStyler().setDecimalPattern("0");
        return chart;
    }

    private static BenchResult.Prefill longest(BenchResult run) {
        return run.prefill().stream().max(Comparator.comparingInt(BenchResult.Prefill::tokens)).orElseThrow();
    }

    private static BenchResult.Decode shortest(BenchResult run) {
        return run.decode().stream().min(Comparator.comparingInt(BenchResult.Decode::context)).orElseThrow();
    }
}
