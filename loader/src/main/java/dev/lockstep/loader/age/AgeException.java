package dev.lockstep.loader.age;

import java.util.Objects;

/** An encrypted file that cannot be decrypted. The message says which file and why; {@link #reason()} says it to a program. */
public final class AgeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Why a file cannot be decrypted. */
    public enum Reason {
        /** The header is malformed, of another version, or asks for more than is allowed. */
        HEADER,
        /** The ASCII armor is malformed. */
        ARMOR,
        /** None of the identities is one of its recipients. */
        NO_MATCH,
        /** The header was changed after it was written. */
        HEADER_MAC,
        /** The payload was changed, cut or continued. */
        PAYLOAD;

        /** True if somebody changed the file; false if it cannot be opened, or is none. */
        public boolean isTampering() {
            return this == HEADER_MAC || this == PAYLOAD;
        }
    }

    private final Reason reason;

    public AgeException(Reason reason, String file, String problem) {
        this(reason, file, problem, null);
    }

    /**
     * @param file name of the file, without anything that could steer a terminal
     * @param problem what is wrong; never a part of a key or of the plaintext
     */
    public AgeException(Reason reason, String file, String problem, Throwable cause) {
        super(file + ": " + problem, cause);
        this.reason = Objects.requireNonNull(reason, "reason");
    }

    public Reason reason() {
        return reason;
    }
}
