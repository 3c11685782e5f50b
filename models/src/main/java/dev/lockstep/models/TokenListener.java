package dev.lockstep.models;

/** Receives a generation as it grows, on the thread that called generate. An exception ends the generation and reaches the caller. */
@FunctionalInterface
public interface TokenListener {
    /** @param token valid only during this call */
    void onToken(Token token);
}
