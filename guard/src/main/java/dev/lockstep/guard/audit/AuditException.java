package dev.lockstep.guard.audit;

/** An audit log that cannot be written, read, or believed. The message names file and record, never content. */
public final class AuditException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public AuditException(String file, String problem) {
        this(file, problem, null);
    }

    public AuditException(String file, String problem, Throwable cause) {
        super(file + ": " + problem, cause);
    }
}
