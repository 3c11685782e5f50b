package dev.lockstep.guard.audit;

import dev.lockstep.guard.audit.AuditVerification.Problem;
import java.nio.file.Path;

/** Unwinds a verification to the one place that reports what it found. */
final class TamperedException extends RuntimeException {
    /** A problem is about no record, or of no line. */
    static final long NONE = -1;

    private static final long serialVersionUID = 1L;

    private final transient Problem problem;

    TamperedException(Path file, long line, long seq, String what) {
        super(what);
        this.problem = new Problem(file.toString(), line, seq, what);
    }

    Problem problem() {
        return problem;
    }
}
