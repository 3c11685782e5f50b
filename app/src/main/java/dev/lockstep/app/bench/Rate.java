package dev.lockstep.app.bench;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * Tokens per second of several repetitions.
 *
 * @param median of an even number of repetitions, the mean of the middle two
 * @param min the slowest
 * @param max the fastest
 */
public record Rate(double median, double min, double max) {
    /** The rate of {@code tokens} tokens that took so long in each repetition. */
    static Rate of(int tokens, long[] nanos) {
        double[] rates = Arrays.stream(nanos)
                .mapToDouble(time -> tokens * (double) TimeUnit.SECONDS.toNanos(1) / Math.max(time, 1)).sorted().toArray();
        return new Rate(median(rates), rates[0], rates[rates.length - 1]);
    }

    static double median(double[] sorted) {
        return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    }

    /** From the slowest to the fastest, as a share of the median. */
    public double spread() {
        return (max - min) / median;
    }
}
