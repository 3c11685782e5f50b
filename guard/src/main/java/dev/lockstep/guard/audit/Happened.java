package dev.lockstep.guard.audit;

import java.time.Instant;
import java.util.Map;

/**
 * What is to be recorded, and when it happened.
 *
 * @param event the id of its type
 * @param fields {@code String} or {@code Long}, by name
 */
record Happened(String event, Map<String, Object> fields, Instant time, long monotonicNanos) {
    static Happened now(AuditEventType type, Map<String, Object> fields, AuditOptions options) {
        return new Happened(type.id(), fields, options.clock().instant(), LoggingProcess.nanos());
    }
}
