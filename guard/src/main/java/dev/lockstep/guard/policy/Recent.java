package dev.lockstep.guard.policy;

/**
 * What a principal did in the last minute.
 *
 * @param requests that were allowed
 * @param tokens of them: read, and generated or still allowed to be
 */
public record Recent(long requests, long tokens) {
    /** Nothing. */
    public static final Recent NONE = new Recent(0, 0);

    public Recent {
        if (requests < 0 || tokens < 0) {
            throw new IllegalArgumentException("requests=" + requests + " and tokens=" + tokens + " must not be negative");
        }
    }
}
