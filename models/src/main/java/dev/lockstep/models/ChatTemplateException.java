package dev.lockstep.models;

/** A conversation that a chat template does not render. The message holds nothing of what users wrote. */
public final class ChatTemplateException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Why. */
    public enum Reason {
        /** The model has no chat template. */
        MISSING,
        /** The template refuses it: roles must alternate, say, or there must be no system message. */
        REFUSED,
        /** The template does what its language does not allow, most often because it expects something that is not there. */
        FAILED,
        /** It would have taken more steps, memory, depth or time than a template may. */
        LIMIT
    }

    private final Reason reason;

    public ChatTemplateException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
