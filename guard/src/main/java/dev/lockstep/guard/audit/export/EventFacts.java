package dev.lockstep.guard.audit.export;

import dev.lockstep.guard.audit.AuditEventType;
import dev.lockstep.guard.audit.AuditField;
import dev.lockstep.guard.audit.AuditRecord;
import dev.lockstep.loader.internal.text.Printable;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * What every format says of a record.
 *
 * @param outcome how it ended
 * @param severity how much it matters
 * @param fields {@code String} or {@code Long}, by name; names and texts without control characters and marks
 */
record EventFacts(Outcome outcome, Severity severity, Map<String, Object> fields) {
    private static final Set<String> GOOD = Set.of("allow", "warn", "pass", "ok", "success");
    private static final Set<String> BAD = Set.of("refuse", "deny", "fail", "failed", "failure", "error");
    private static final Set<AuditField> VERDICTS = Set.of(AuditField.DECISION, AuditField.STATUS, AuditField.OUTCOME);

    /** How it ended; the numbers are OCSF's. */
    enum Outcome {
        UNKNOWN, SUCCESS, FAILURE;

        /** As ECS and OCSF spell it. */
        String id() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** How much it matters, in the numbers of OCSF, CEF and syslog. */
    enum Severity {
        INFORMATIONAL(1, 3, 6),
        MEDIUM(3, 6, 4),
        HIGH(4, 8, 3);

        final int ocsf;
        final int cef;
        final int syslog;

        Severity(int ocsf, int cef, int syslog) {
            this.ocsf = ocsf;
            this.cef = cef;
            this.syslog = syslog;
        }
    }

    static EventFacts of(AuditRecord record) {
        var fields = new TreeMap<String, Object>();
        record.fields().forEach((name, value) -> fields.put(Printable.text(name), value instanceof String text ? Printable.text(text) : value));
        Outcome outcome = outcome(fields);
        return new EventFacts(outcome, severity(record.event(), outcome), fields);
    }

    private static Outcome outcome(Map<String, Object> fields) {
        var said = VERDICTS.stream().map(field -> fields.get(field.id())).filter(String.class::isInstance).toList();
        if (said.stream().anyMatch(BAD::contains)) {
            return Outcome.FAILURE;
        }
        return said.stream().anyMatch(GOOD::contains) ? Outcome.SUCCESS : Outcome.UNKNOWN;
    }

    private static Severity severity(String event, Outcome outcome) {
        if (event.equals(AuditEventType.LOG_GAP.id())) {
            return Severity.HIGH;
        }
        boolean matters = outcome == Outcome.FAILURE || event.equals(AuditEventType.LIMIT_HIT.id());
        return matters ? Severity.MEDIUM : Severity.INFORMATIONAL;
    }

    /** What a text field says. */
    Optional<String> text(AuditField field) {
        return Optional.ofNullable(fields.get(field.id())).map(Object::toString);
    }
}
