package dev.lockstep.guard.audit.export;

import dev.lockstep.guard.audit.AuditField;
import dev.lockstep.guard.audit.AuditRecord;
import dev.lockstep.loader.internal.text.Printable;
import tools.jackson.databind.node.ObjectNode;

/** ECS 8.11, and all fields below {@code lockstep}. */
final class EcsFormat {
    private static final String SCHEMA = "8.11.0";

    private EcsFormat() {
    }

    static String line(AuditRecord record) {
        EventKind kind = EventKind.of(record);
        EventFacts facts = EventFacts.of(record);
        ObjectNode line = JsonLine.object();
        line.put("@timestamp", record.timeText());
        line.putObject("ecs").put("version", SCHEMA);
        ObjectNode event = line.putObject("event");
        event.put("kind", "event").put("action", Printable.text(record.event())).put("outcome", facts.outcome().id());
        event.putArray("category").add(kind.ecsCategory());
        event.putArray("type").add(kind.ecsType());
        event.put("sequence", record.seq()).put("severity", facts.severity().syslog).put("provider", Product.NAME).put("dataset", "lockstep.audit");
        facts.text(AuditField.REASON).ifPresent(reason -> event.put("reason", reason));
        facts.text(AuditField.PRINCIPAL).ifPresent(user -> line.putObject("user").put("name", user));
        line.putObject("host").put("name", Printable.text(record.device()));
        line.putObject("process").put("pid", record.pid()).put("entity_id", Printable.text(record.boot()));
        JsonLine.put(line.putObject("lockstep"), facts.fields());
        return JsonLine.of(line);
    }
}
