package dev.lockstep.guard.policy;

import java.util.OptionalLong;
import java.util.stream.LongStream;

/**
 * How much somebody may ask for; an absent limit limits nothing. Tokens count prompts and what may be generated.
 *
 * @param maxPromptTokens of one request
 * @param maxNewTokens of one request
 * @param maxContext length of a session, in tokens
 * @param requestsPerMinute of one principal
 * @param tokensPerMinute of one principal
 */
public record Limits(OptionalLong maxPromptTokens, OptionalLong maxNewTokens, OptionalLong maxContext, OptionalLong requestsPerMinute,
        OptionalLong tokensPerMinute) {
    /** Limits nothing. */
    public static final Limits NONE = new Limits(OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty(),
            OptionalLong.empty());

    /** Of each limit, the smaller one. */
    public Limits and(Limits others) {
        return new Limits(smaller(maxPromptTokens, others.maxPromptTokens), smaller(maxNewTokens, others.maxNewTokens),
                smaller(maxContext, others.maxContext), smaller(requestsPerMinute, others.requestsPerMinute),
                smaller(tokensPerMinute, others.tokensPerMinute));
    }

    private static OptionalLong smaller(OptionalLong one, OptionalLong other) {
        return LongStream.concat(one.stream(), other.stream()).min();
    }
}
