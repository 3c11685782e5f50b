package dev.lockstep.app.quality;

import dev.lockstep.securemem.SecureArena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.stream.DoubleStream;

/**
 * How far the predictions of a model are from those of a reference: the Kullback-Leibler divergence of each predicted token, in
 * nats, and how often both thought the same token most probable. Mutable; one thread at a time.
 */
public final class Divergence {
    /** float64, shape (capacity); the first {@link #count} are filled. */
    private final MemorySegment values;
    private int count;
    private long sameTop;

    /** @param memory borrowed for as long as this lives; {@code capacity} tokens take 8 bytes each */
    public Divergence(int capacity, SecureArena memory) {
        values = memory.allocate((long) capacity * Double.BYTES);
    }

    void add(LogProbabilities reference, LogProbabilities model) {
        values.setAtIndex(ValueLayout.JAVA_DOUBLE, count++, reference.divergence(model));
        sameTop += reference.top() == model.top() ? 1 : 0;
    }

    private DoubleStream values() {
        return DoubleStream.iterate(0, i -> i < count, i -> i + 1).map(i -> values.getAtIndex(ValueLayout.JAVA_DOUBLE, (long) i));
    }

    public double mean() {
        return values().sum() / count;
    }

    /** Of the mean, if tokens were independent. */
    public double standardError() {
        double mean = mean();
        return count < 2 ? 0 : Math.sqrt(values().map(value -> (value - mean) * (value - mean)).sum() / (count - 1) / count);
    }

    /** The value that the given share of tokens does not exceed. */
    public double quantile(double share) {
        double[] sorted = values().sorted().toArray();
        return sorted[Math.clamp((long) Math.ceil(share * count) - 1, 0, count - 1)];
    }

    public double max() {
        return quantile(1);
    }

    /** The share of tokens for which both models thought the same one most probable, 0 to 1. */
    public double topAgreement() {
        return (double) sameTop / count;
    }
}
