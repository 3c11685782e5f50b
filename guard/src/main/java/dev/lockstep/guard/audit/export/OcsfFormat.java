package dev.lockstep.guard.audit.export;

import dev.lockstep.guard.audit.AuditField;
import dev.lockstep.guard.audit.AuditRecord;
import dev.lockstep.loader.internal.text.Printable;
import tools.jackson.databind.node.ObjectNode;

/** OCSF 1.6: the attributes that the classes require, and all fields as {@code unmapped}. */
final class OcsfFormat {
    private static final String SCHEMA = "1.6.0";

    /** The first digit of a class is its category. */
    private static final int CLASSES_PER_CATEGORY = 1_000;
    private static final int ACTIVITIES_PER_CLASS = 100;

    private OcsfFormat() {
    }

    static String line(AuditRecord record) {
        EventKind kind = EventKind.of(record);
        EventFacts facts = EventFacts.of(record);
        ObjectNode event = JsonLine.object();
        event.put("category_uid", kind.ocsfClass() / CLASSES_PER_CATEGORY);
        event.put("class_uid", kind.ocsfClass());
        event.put("activity_id", kind.ocsfActivity());
        event.put("type_uid", kind.ocsfClass() * ACTIVITIES_PER_CLASS + kind.ocsfActivity());
        event.put("time", record.time().toEpochMilli());
        event.put("severity_id", facts.severity().ocsf);
        event.put("status_id", facts.outcome().ordinal());
        facts.text(AuditField.REASON).ifPresent(reason -> event.put("status_detail", reason));
        putMetadata(record, event.putObject("metadata"));
        event.putObject("device").put("name", Printable.text(record.device())).put("type_id", 0);
        putClass(kind, record, facts, event);
        JsonLine.put(event.putObject("unmapped"), facts.fields());
        return JsonLine.of(event);
    }

    private static void putMetadata(AuditRecord record, ObjectNode metadata) {
        metadata.put("version", SCHEMA);
        metadata.put("event_code", Printable.text(record.event()));
        metadata.put("uid", Printable.text(record.boot()) + '-' + record.seq());
        metadata.put("sequence", record.seq());
        metadata.put("original_time", record.timeText());
        metadata.putObject("product").put("name", Product.NAME).put("vendor_name", Product.VENDOR).put("version", Product.version());
    }

    private static void putClass(EventKind kind, AuditRecord record, EventFacts facts, ObjectNode event) {
        String user = facts.text(AuditField.PRINCIPAL).orElse("unknown");
        switch (kind.ocsfClass()) {
            case EventKind.AUTHENTICATION -> event.putObject("user").put("name", user);
            case EventKind.API_ACTIVITY -> {
                event.putObject("actor").putObject("user").put("name", user);
                event.putObject("api").put("operation", Printable.text(record.event()));
                event.putObject("src_endpoint").put("name", Printable.text(record.device()));
            }
            case EventKind.COMPLIANCE_FINDING -> {
                putFinding(record, facts, event);
                event.putObject("compliance").put("control", facts.text(AuditField.CHECK).orElse(Printable.text(record.event())))
                        .put("status_id", complianceStatus(facts.outcome()));
            }
            case EventKind.DETECTION_FINDING -> putFinding(record, facts, event);
            default -> event.putObject("app").put("name", Product.NAME).put("vendor_name", Product.VENDOR).put("version", Product.version());
        }
    }

    private static void putFinding(AuditRecord record, EventFacts facts, ObjectNode event) {
        event.putObject("finding_info").put("uid", Printable.text(record.boot()) + '-' + record.seq())
                .put("title", facts.text(AuditField.CHECK).orElse(Printable.text(record.event())));
    }

    /** There, 1 is a pass, 2 a warning and 3 a failure. */
    private static int complianceStatus(EventFacts.Outcome outcome) {
        return switch (outcome) {
            case UNKNOWN -> 0;
            case SUCCESS -> 1;
            case FAILURE -> 3;
        };
    }
}
