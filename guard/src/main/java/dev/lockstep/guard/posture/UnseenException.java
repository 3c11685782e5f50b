package dev.lockstep.guard.posture;

/** Something that a check wanted to see and could not: the check is then {@link CheckStatus#UNKNOWN}, and the message is its evidence. */
public final class UnseenException extends Exception {
    private static final long serialVersionUID = 1L;

    public UnseenException(String problem) {
        this(problem, null);
    }

    public UnseenException(String problem, Throwable cause) {
        super(problem, cause);
    }
}
