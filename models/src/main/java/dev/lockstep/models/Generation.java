package dev.lockstep.models;

import dev.lockstep.loader.gate.Usage;

/**
 * How a generation went.
 *
 * @param promptTokens tokens read, special tokens included
 * @param generatedTokens tokens generated, the one that ended the text not included
 * @param finish why it ended
 * @param promptNanos time until the first token could be chosen, in nanoseconds
 * @param generateNanos time for the tokens, in nanoseconds
 */
public record Generation(int promptTokens, int generatedTokens, Finish finish, long promptNanos, long generateNanos) {
    /** Why a generation ended. */
    public enum Finish {
        /** The model said so. */
        END_OF_TEXT(Usage.STOP),
        /** A stop text appeared. */
        STOP_TEXT(Usage.STOP),
        /** The requested number of tokens was reached. */
        MAX_TOKENS(Usage.LENGTH),
        /** The session's context is full. */
        CONTEXT_FULL(Usage.LENGTH),
        /** {@link Session#cancel()} was called. The session was zeroed and begins anew. */
        CANCELLED(Usage.CANCELLED),
        /** It took longer than {@link Sampling#timeout()}. The session was zeroed and begins anew. */
        TIMEOUT(Usage.TIMEOUT);

        private final String outcome;

        Finish(String outcome) {
            this.outcome = outcome;
        }

        /** The word for it in records. */
        String outcome() {
            return outcome;
        }

        /** True if the generation was broken off, and the session with it. */
        public boolean isBrokenOff() {
            return this == CANCELLED || this == TIMEOUT;
        }
    }
}
