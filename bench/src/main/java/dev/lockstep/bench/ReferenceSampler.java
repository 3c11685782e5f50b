package dev.lockstep.bench;

import dev.lockstep.models.Sampling;
import java.util.Comparator;
import java.util.SplittableRandom;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** Chooses tokens as {@link Sampling} says, by sorting everything: what the product's sampler is compared with. No min-p. */
final class ReferenceSampler {
    private final Sampling sampling;
    private final float[] logits;
    /** Ids that may be drawn, the most probable first. */
    private final int[] candidates;
    private final SplittableRandom random;

    ReferenceSampler(Sampling sampling, float[] logits) {
        this.sampling = sampling;
        this.logits = logits;
        this.random = new SplittableRandom(sampling.seed());
        int k = sampling.isGreedy() ? 1 : sampling.topK() == 0 ? logits.length : sampling.topK();
        int[] best = IntStream.range(0, logits.length).boxed()
                .sorted(Comparator.comparingDouble((Integer id) -> -logits[id]).thenComparingInt(id -> id))
                .limit(k).mapToInt(id -> id).toArray();
        double[] weights = weights(best, 1);
        double wanted = sampling.topP() * DoubleStream.of(weights).sum();
        int kept = 0;
        for (double sum = 0; kept < best.length && sum < wanted; kept++) {
            sum += weights[kept];
        }
        candidates = IntStream.of(best).limit(kept).toArray();
    }

    /** Not normalized. */
    private double[] weights(int[] ids, double temperature) {
        return IntStream.of(ids).mapToDouble(id -> StrictMath.exp((logits[id] - logits[ids[0]]) / temperature)).toArray();
    }

    int next() {
        if (candidates.length == 1) {
            return candidates[0];
        }
        double[] weights = weights(candidates, sampling.temperature());
        double rest = random.nextDouble() * DoubleStream.of(weights).sum();
        for (int i = 0; i < candidates.length; i++) {
            rest -= weights[i];
            if (rest < 0) {
                return candidates[i];
            }
        }
        return candidates[candidates.length - 1];
    }
}
