package dev.lockstep.guard.audit;

/** Where events are recorded. Safe for any number of threads. */
public interface AuditSink {
    /** Records nothing. */
    AuditSink NONE = event -> { };

    /**
     * Records an event; when this returns, a crash of the process cannot undo it.
     *
     * @throws AuditException if it cannot be recorded and the log must not go on without it
     */
    void record(AuditEvent event);
}
