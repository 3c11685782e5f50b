package dev.lockstep.models;

/** A prompt, a text to embed or a saved session does not fit into the context. Nothing was truncated and nothing was computed. */
public final class ContextLengthException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final long tokens;
    private final int available;

    ContextLengthException(long tokens, int available, int context) {
        this("the prompt has " + tokens + " tokens, but " + available + " of the context of " + context
                + " are free; shorten it or use a longer context", tokens, available);
    }

    private ContextLengthException(String message, long tokens, int available) {
        super(message);
        this.tokens = tokens;
        this.available = available;
    }

    /** For a session that has at least so many tokens. */
    public static ContextLengthException ofSavedSession(long tokens, int context) {
        return new ContextLengthException("the saved session has " + tokens + " tokens or more, and the context is " + context
                + "; use a longer context", tokens, context);
    }

    /** For a text to embed, which is called {@code text} in the message. */
    public static ContextLengthException ofText(String text, long tokens, int available) {
        return new ContextLengthException(text + " has " + tokens + " tokens, but the model reads at most " + available
                + " at a time; shorten it", tokens, available);
    }

    static ContextLengthException ofConversation(long tokens, int context) {
        return new ContextLengthException("the conversation has " + tokens + " tokens, and the context of " + context
                + " leaves no room for an answer; begin a new conversation or use a longer context", tokens, context);
    }

    /** Tokens of the prompt, text or session. */
    public long tokens() {
        return tokens;
    }

    /** Tokens that would have fitted. */
    public int available() {
        return available;
    }
}
