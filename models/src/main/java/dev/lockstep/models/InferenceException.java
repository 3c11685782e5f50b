package dev.lockstep.models;

/** The model cannot go on: what it computed makes no sense. The session was zeroed and begins anew. */
public final class InferenceException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** @param message never contains text or numbers of the generation */
    public InferenceException(String message) {
        super(message);
    }
}
