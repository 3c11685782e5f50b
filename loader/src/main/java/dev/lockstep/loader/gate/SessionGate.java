package dev.lockstep.loader.gate;

/**
 * Who is asked about what one session does. Called by whoever uses the session, one call at a time. Numbers only: no text, no tokens.
 */
public interface SessionGate {
    /** Lets everything pass and records nothing. */
    SessionGate OPEN = new SessionGate() { };

    /**
     * Asked before a session takes memory.
     *
     * @param context its length in tokens
     * @throws RefusedException if there must be no such session
     */
    default void opening(int context) {
    }

    /**
     * Asked before a text is generated, when it is known how long its prompt is.
     *
     * @param promptTokens that are to be read
     * @param maxTokens that may be generated
     * @throws RefusedException if that is not allowed; the session is unchanged
     */
    default void generating(long promptTokens, long maxTokens) {
    }

    /**
     * Asked again and again while a session reads or generates: between the batches of a prompt, and a few times per token of a text.
     *
     * @throws RefusedException if it may not go on; the session is wiped and begins anew, as if it had been cancelled
     */
    default void continuing() {
    }

    /** Told what was done, on every path that began with {@link #generating}. */
    default void generated(Usage usage) {
    }

    /**
     * Asked before a text is generated that is to be saved afterwards, so that nobody waits for what cannot be kept.
     *
     * @throws RefusedException if the session could not be saved to a file now
     */
    default void keeping() {
    }

    /** @throws RefusedException if the session may not be saved to a file */
    default void saving() {
    }

    /** Told that the session is gone. */
    default void closed(long zeroedBytes) {
    }
}
