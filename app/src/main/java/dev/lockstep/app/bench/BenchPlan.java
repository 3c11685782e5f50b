package dev.lockstep.app.bench;

import java.util.List;
import java.util.stream.Stream;

/**
 * What is to be measured.
 *
 * @param prompts lengths of prompts to read, in tokens; the first is the one of the cold start, too
 * @param contexts how many tokens come before those that are generated, one measurement each
 * @param tokens how many tokens to generate
 * @param repetitions how often each is measured
 */
public record BenchPlan(List<Integer> prompts, List<Integer> contexts, int tokens, int repetitions) {
    /** Tokens that are generated before the clock starts: the first wakes threads and caches up. */
    static final int WARM_UP_TOKENS = 4;

    public BenchPlan {
        prompts = List.copyOf(prompts);
        contexts = List.copyOf(contexts);
        prompts.forEach(prompt -> require("-p", prompt));
        contexts.forEach(context -> require("--context", context));
        require("-n", tokens);
        require("-r", repetitions);
        if (prompts.isEmpty() || contexts.isEmpty()) {
            throw new IllegalArgumentException("-p and --context need a number each");
        }
    }

    private static void require(String option, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(option + " " + value + " must be at least 1");
        }
    }

    /**
     * The longest context that a measurement takes, in tokens.
     *
     * @throws IllegalArgumentException if there is no such context
     */
    public int requiredContext() {
        long longest = Stream.concat(prompts.stream().map(prompt -> prompt + 1L), contexts.stream().map(this::tokensAfter))
                .max(Long::compare).orElseThrow();
        if (longest > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("a context of " + longest + " tokens is longer than any");
        }
        return (int) longest;
    }

    private long tokensAfter(int context) {
        return (long) context + WARM_UP_TOKENS + tokens;
    }

    /**
     * Checks that every measurement fits into the context that a model allows.
     *
     * @return this plan
     * @throws IllegalArgumentException if one does not fit into {@code available} tokens
     */
    public BenchPlan requireFits(int available) {
        for (int prompt : prompts) {
            if (prompt + 1L > available) {
                throw new IllegalArgumentException("-p " + prompt + " and the token after it do not fit into this model's context of "
                        + available);
            }
        }
        for (int context : contexts) {
            if (tokensAfter(context) > available) {
                throw new IllegalArgumentException("--context " + context + " and -n " + tokens + ", with " + WARM_UP_TOKENS
                        + " tokens to warm up, take " + tokensAfter(context) + "; this model's context is " + available);
            }
        }
        return this;
    }
}
