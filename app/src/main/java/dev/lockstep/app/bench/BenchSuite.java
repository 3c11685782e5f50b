package dev.lockstep.app.bench;

import dev.lockstep.kernel.Ceilings;
import java.util.List;

/**
 * What one run of {@code lockstep bench} measured. Ceilings belong to the machine, not to a model: they were measured beside every
 * model, and the best of each number of threads counts for all.
 *
 * @param models one list per model, not empty; in it one result per number of threads, the same ones for every model
 */
public record BenchSuite(List<List<BenchResult>> models) {
    public BenchSuite {
        var all = models.stream().flatMap(List::stream).toList();
        models = models.stream().map(runs -> runs.stream()
                .map(run -> run.withCeilings(best(all, run.ceilings().threads()))).toList()).toList();
    }

    private static Ceilings best(List<BenchResult> runs, int threads) {
        return runs.stream().map(BenchResult::ceilings).filter(ceilings -> ceilings.threads() == threads)
                .reduce(Ceilings::orBetter).orElseThrow();
    }

    /** Every result, model by model. */
    public List<BenchResult> runs() {
        return models.stream().flatMap(List::stream).toList();
    }

    /** Numbers of threads, ascending. */
    public List<Integer> threads() {
        return runs().stream().map(run -> run.ceilings().threads()).distinct().sorted().toList();
    }

    /** What was measured with so many threads, one per model and in their order. */
    public List<BenchResult> with(int threads) {
        return runs().stream().filter(run -> run.ceilings().threads() == threads).toList();
    }

    /** What was measured with the most threads, one per model and in their order. */
    public List<BenchResult> withMostThreads() {
        return with(threads().getLast());
    }

    /** What the machine can do with so many threads. */
    public Ceilings ceilings(int threads) {
        return with(threads).getFirst().ceilings();
    }
}
