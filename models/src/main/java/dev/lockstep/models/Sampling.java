package dev.lockstep.models;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How the next token is chosen, and when to stop. Immutable.
 *
 * <p>Steps follow one another as in llama.cpp: top-k, top-p and min-p cut the candidates by their probabilities, then the
 * temperature reshapes what is left, then one is drawn.
 *
 * @param temperature 0 always takes the most probable token; 1 draws from the model's own distribution
 * @param topK keep this many candidates; 0 keeps all
 * @param topP keep the most probable candidates that together reach this probability; 1 keeps all
 * @param minP drop candidates less probable than this share of the best one; 0 drops none
 * @param seed equal seeds give equal texts
 * @param maxTokens stop after this many tokens
 * @param stop texts at which to stop; they are not part of the output
 * @param timeout a call that takes longer ends before its next token, or its next batch of the prompt, and its session is zeroed;
 *     above zero
 */
public record Sampling(float temperature, int topK, float topP, float minP, long seed, int maxTokens, List<String> stop,
        Duration timeout) {
    /** As long as it takes. */
    public static final Duration NO_TIMEOUT = Duration.ofNanos(Long.MAX_VALUE);

    private static final int DEFAULT_MAX_TOKENS = 256;
    private static final float DEFAULT_TEMPERATURE = 0.8f;
    private static final int DEFAULT_TOP_K = 40;
    private static final float DEFAULT_TOP_P = 0.95f;
    private static final float DEFAULT_MIN_P = 0.05f;

    public Sampling {
        require(temperature >= 0 && Float.isFinite(temperature), "temperature", temperature, "0 or more");
        require(topK >= 0, "topK", topK, "0 or more");
        require(topP > 0 && topP <= 1, "topP", topP, "above 0 and at most 1");
        require(minP >= 0 && minP <= 1, "minP", minP, "from 0 to 1");
        require(maxTokens >= 0, "maxTokens", maxTokens, "0 or more");
        stop = List.copyOf(stop);
        require(timeout.isPositive() && timeout.compareTo(NO_TIMEOUT) <= 0, "timeout", timeout, "above zero, and 292 years at most");
        require(stop.stream().noneMatch(String::isEmpty), "stop", stop.size() + " texts", "texts that are not empty");
    }

    private static void require(boolean condition, String name, Object value, String range) {
        if (!condition) {
            throw new IllegalArgumentException(name + "=" + value + " must be " + range);
        }
    }

    /** Without the stop texts: they may quote what is generated. */
    @Override
    public String toString() {
        return "Sampling[temperature=" + temperature + ", topK=" + topK + ", topP=" + topP + ", minP=" + minP + ", seed=" + seed
                + ", maxTokens=" + maxTokens + ", stop=" + stop.size() + " texts, timeout=" + timeout + ']';
    }

    /** Always the most probable token. */
    public static Sampling greedy() {
        return new Sampling(0, 0, 1, 0, 0, DEFAULT_MAX_TOKENS, List.of(), NO_TIMEOUT);
    }

    /** Temperature 0.8, top-k 40, top-p 0.95, min-p 0.05, a random seed. */
    public static Sampling defaults() {
        return new Sampling(DEFAULT_TEMPERATURE, DEFAULT_TOP_K, DEFAULT_TOP_P, DEFAULT_MIN_P,
                ThreadLocalRandom.current().nextLong(), DEFAULT_MAX_TOKENS, List.of(), NO_TIMEOUT);
    }

    /** True if no chance is involved. */
    public boolean isGreedy() {
        return temperature == 0;
    }

    public Sampling temperature(float temperature) {
        return new Sampling(temperature, topK, topP, minP, seed, maxTokens, stop, timeout);
    }

    public Sampling topK(int topK) {
        return new Sampling(temperature, topK, topP, minP, seed, maxTokens, stop, timeout);
    }

    public Sampling topP(float topP) {
        return new Sampling(temperature, topK, topP, minP, seed, maxTokens, stop, timeout);
    }

    public Sampling minP(float minP) {
        return new Sampling(temperature, topK, topP, minP, seed, maxTokens, stop, timeout);
    }

    public Sampling seed(long seed) {
        return new Sampling(temperature, topK, topP, minP, seed, maxTokens, stop, timeout);
    }

    public Sampling maxTokens(int maxTokens) {
        return new Sampling(temperature, topK, topP, minP, seed, maxTokens, stop, timeout);
    }

    /** A call may not take longer. */
    public Sampling timeout(Duration timeout) {
        return new Sampling(temperature, topK, topP, minP, seed, maxTokens, stop, timeout);
    }

    /** Replaces the texts at which to stop. */
    public Sampling stop(String... texts) {
        return new Sampling(temperature, topK, topP, minP, seed, maxTokens, List.of(texts), timeout);
    }
}
