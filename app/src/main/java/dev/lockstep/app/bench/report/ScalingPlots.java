package dev.lockstep.app.bench.report;

import dev.lockstep.app.bench.BenchResult;
import dev.lockstep.app.bench.BenchSuite;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.knowm.xchart.CategoryChart;

/** How speed changes with threads and with the length of the context. */
final class ScalingPlots {
    private static final String UNIT = "tokens/s";

    private ScalingPlots() {
    }

    static Figure threads(BenchSuite suite, List<String> labels) {
        String title = "Scaling with threads";
        if (suite.threads().size() < 2) {
            return new Figure(title, "Measured with one number of threads only; --threads 1,2,4 draws this plot.", List.of());
        }
        String reading = "Medians of the first prompt length and the first context. Reading prompts should grow with threads until"
                + " they share cores; generating stops to grow as soon as memory is busy all the time.";
        return new Figure(title, reading, List.of(
                new Picture("Lines of tokens per second of prompts over threads", threadLines("Reading prompts", suite, labels,
                        run -> run.prefill().getFirst().tokensPerSecond().median())),
                new Picture("Lines of tokens per second generated over threads", threadLines("Generating", suite, labels,
                        run -> run.decode().getFirst().tokensPerSecond().median()))));
    }

    private static CategoryChart threadLines(String title, BenchSuite suite, List<String> labels,
            ToDoubleFunction<BenchResult> speed) {
        List<Integer> threads = suite.threads();
        List<List<Double>> lines = suite.models().stream().map(runs -> threads.stream()
                .map(count -> speed.applyAsDouble(withThreads(runs, count))).toList()).toList();
        return chart(title, "threads", labels, threads, lines);
    }

    private static BenchResult withThreads(List<BenchResult> runs, int threads) {
        return runs.stream().filter(run -> run.ceilings().threads() == threads).findFirst().orElseThrow();
    }

    static Figure contexts(BenchSuite suite, List<String> labels) {
        String title = "Scaling with context";
        List<BenchResult> runs = suite.withMostThreads();
        List<Integer> contexts = runs.getFirst().decode().stream().map(BenchResult.Decode::context).distinct().sorted().toList();
        if (contexts.size() < 2) {
            return new Figure(title, "Measured after one context only; --context 128,1024,4096 draws this plot.", List.of());
        }
        String reading = "Medians. Every generated token looks back at all keys and values before it, so speed falls as the context"
                + " grows. The steps to the right are as long as you chose them.";
        List<List<Double>> lines = runs.stream().map(run -> contexts.stream().map(context -> after(run, context)).toList()).toList();
        return new Figure(title, reading, List.of(new Picture("Lines of tokens per second over the length of the context",
                chart("Generating", "tokens of context", labels, contexts, lines))));
    }

    private static double after(BenchResult run, int context) {
        return run.decode().stream().filter(decode -> decode.context() == context).findFirst().orElseThrow().tokensPerSecond()
                .median();
    }

    private static CategoryChart chart(String title, String xTitle, List<String> labels, List<Integer> x, List<List<Double>> lines) {
        CategoryChart chart = Plots.lines(title, xTitle, UNIT, lines.stream().flatMap(List::stream).toList());
        for (int model = 0; model < lines.size(); model++) {
            Plots.line(chart, labels.get(model), model, x, lines.get(model));
        }
        return chart;
    }
}
