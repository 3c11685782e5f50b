package dev.lockstep.app.quality;

/**
 * The exponential of the mean negative log-probability of tokens: a model that is as unsure as between N equally probable tokens has
 * perplexity N. Mutable; one thread at a time.
 */
public final class Perplexity {
    private long count;
    private double sum;
    private double squares;

    /** Nothing was predicted yet. */
    public Perplexity() {
    }

    /** Counts a token that came true, by the natural logarithm of the probability it had. */
    void add(double logProbability) {
        count++;
        sum -= logProbability;
        squares += logProbability * logProbability;
    }

    /** Tokens that were predicted. */
    public long count() {
        return count;
    }

    /** The perplexity, at least 1; NaN if nothing was predicted. */
    public double value() {
        return Math.exp(sum / count);
    }

    /** Its standard error, if tokens were independent (which they are not: for orientation). */
    public double standardError() {
        double mean = sum / count;
        double variance = Math.max(0, squares / count - mean * mean);
        return count < 2 ? 0 : value() * Math.sqrt(variance / (count - 1));
    }
}
