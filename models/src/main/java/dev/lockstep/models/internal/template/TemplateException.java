package dev.lockstep.models.internal.template;

/** A rendering that came to no end. The message holds nothing of what users wrote. */
public final class TemplateException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Why a rendering failed. */
    public enum Reason {
        /** The template itself refuses this conversation ({@code raise_exception}). */
        REFUSED,
        /** The template does what its language does not allow, a missing input most often. */
        FAILED,
        /** It would have taken more steps, memory, depth or time than a template may. */
        LIMIT
    }

    private final Reason reason;

    TemplateException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    static TemplateException failed(String problem) {
        return new TemplateException(Reason.FAILED, problem);
    }

    /** The same fault with the place where it happened. */
    TemplateException at(String position) {
        var placed = new TemplateException(reason, position + ": " + getMessage());
        placed.setStackTrace(getStackTrace());
        return placed;
    }

    public Reason reason() {
        return reason;
    }
}
