package dev.lockstep.models;

import java.util.Objects;

/**
 * A file that this model cannot continue from, although it could be decrypted. The message says which file and why; {@link #reason()}
 * says it to a program. What age refuses is an {@link dev.lockstep.loader.age.AgeException}.
 */
public final class SavedSessionException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Why a session is not continued. */
    public enum Reason {
        /** Whoever wrote it does not hold the identity that it is encrypted for, or it was changed by somebody who can decrypt it. */
        NOT_AUTHENTIC,
        /** It was saved with another model, or has a size that none of this model has. */
        FOREIGN_MODEL,
        /** Its owner wrote it, but it contradicts itself or is of another version. */
        MALFORMED
    }

    private final Reason reason;

    /**
     * @param file name of the file
     * @param problem what is wrong; never a part of the session
     */
    public SavedSessionException(Reason reason, String file, String problem) {
        super(file + ": " + problem);
        this.reason = Objects.requireNonNull(reason, "reason");
    }

    public Reason reason() {
        return reason;
    }
}
