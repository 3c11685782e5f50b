package dev.lockstep.guard.audit;

import dev.lockstep.loader.internal.text.Printable;

/** An audit log that cannot be written, read, or believed. The message names file and record, never content. */
public final class AuditException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String problem;

    public AuditException(String file, String problem) {
        this(file, problem, null);
    }

    public AuditException(String file, String problem, Throwable cause) {
        super(Printable.text(file + ": " + problem), cause);
        this.problem = Printable.text(problem);
    }

    /** The message without the name of the file. */
    public String problem() {
        return problem;
    }
}
