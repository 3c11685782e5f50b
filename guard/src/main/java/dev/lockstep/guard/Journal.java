package dev.lockstep.guard;

import dev.lockstep.guard.audit.AuditEvent;
import dev.lockstep.guard.audit.AuditException;
import dev.lockstep.guard.audit.AuditSink;
import dev.lockstep.guard.monitor.Monitor;
import dev.lockstep.guard.policy.Rule;
import dev.lockstep.loader.gate.RefusedException;

/**
 * What is told of all that happens: to the log, which refuses what it cannot record, and to whoever watches.
 *
 * @param monitor counters and JFR events
 */
record Journal(AuditSink sink, Monitor monitor) {
    /** @throws RefusedException if it cannot be recorded */
    void add(AuditEvent event) {
        try {
            sink.record(event);
        } catch (AuditException e) {
            var refusal = new RefusedException(Rule.AUDIT_REQUIRED.id(), "this cannot be recorded, so it is not done: " + e.getMessage());
            refusal.initCause(e);
            monitor.refused(refusal.rule());
            throw refusal;
        }
    }
}
