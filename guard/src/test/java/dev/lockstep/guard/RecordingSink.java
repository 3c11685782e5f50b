package dev.lockstep.guard;

import dev.lockstep.guard.audit.AuditEvent;
import dev.lockstep.guard.audit.AuditException;
import dev.lockstep.guard.audit.AuditField;
import dev.lockstep.guard.audit.AuditSink;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Keeps events; its disk can become full. */
final class RecordingSink implements AuditSink {
    private final List<AuditEvent> events = new CopyOnWriteArrayList<>();
    private volatile boolean full;

    @Override
    public void record(AuditEvent event) {
        if (full) {
            throw new AuditException("audit", "the disk is full");
        }
        events.add(event);
    }

    void fill() {
        full = true;
    }

    void makeRoom() {
        full = false;
    }

    List<String> types() {
        return events.stream().map(event -> event.type().id()).toList();
    }

    /** What events of a type say in a field. */
    List<Object> values(String type, AuditField field) {
        return events.stream().filter(event -> event.type().id().equals(type) && event.values().containsKey(field))
                .map(event -> event.values().get(field)).toList();
    }

    void forget() {
        events.clear();
    }
}
