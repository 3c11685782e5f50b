package dev.lockstep.models;

/** The prompt does not fit into the session's context. Nothing was truncated and nothing was computed. */
public final class ContextLengthException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final long tokens;
    private final int available;

    ContextLengthException(long tokens, int available, int context) {
        super("the prompt has " + tokens + " tokens, but " + available + " of the context of " + context
                + " are free; shorten it or use a longer context");
        this.tokens = tokens;
        this.available = available;
    }

    /** Tokens of the prompt. */
    public long tokens() {
        return tokens;
    }

    /** Tokens that would have fitted. */
    public int available() {
        return available;
    }
}
