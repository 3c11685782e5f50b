package dev.lockstep.guard.audit.export;

import dev.lockstep.guard.audit.AuditField;
import dev.lockstep.guard.audit.AuditRecord;
import dev.lockstep.loader.internal.text.Printable;
import java.util.LinkedHashMap;
import java.util.Map;

/** CEF 0: seven fields in the header, then {@code key=value}. What has no key of CEF's has one with the prefix {@code lockstep}. */
final class CefFormat {
    /** CEF's own keys for some fields. */
    private static final Map<String, String> KEYS = Map.of(
            AuditField.PRINCIPAL.id(), "suser",
            AuditField.DECISION.id(), "act",
            AuditField.REASON.id(), "reason");

    private CefFormat() {
    }

    static String line(AuditRecord record) {
        EventFacts facts = EventFacts.of(record);
        String event = header(Printable.text(record.event()));
        var line = new StringBuilder("CEF:0");
        for (Object part : new Object[] {Product.VENDOR, Product.NAME, header(Product.version()), event, event, facts.severity().cef}) {
            line.append('|').append(part);
        }
        line.append('|');
        values(record, facts).forEach((key, value) -> line.append(line.charAt(line.length() - 1) == '|' ? "" : " ")
                .append(key).append('=').append(extension(value)));
        return line.toString();
    }

    private static Map<String, String> values(AuditRecord record, EventFacts facts) {
        var values = new LinkedHashMap<String, String>();
        values.put("rt", Long.toString(record.time().toEpochMilli()));
        values.put("dvchost", Printable.text(record.device()));
        values.put("dvcpid", Long.toString(record.pid()));
        values.put("externalId", Long.toString(record.seq()));
        values.put("outcome", facts.outcome().id());
        facts.fields().forEach((name, value) -> values.put(KEYS.getOrDefault(name, own(name)), value.toString()));
        return values;
    }

    private static String own(String name) {
        var key = new StringBuilder("lockstep");
        name.chars().filter(c -> c < 128 && Character.isLetterOrDigit(c))
                .forEach(c -> key.append((char) (key.length() == "lockstep".length() ? Character.toUpperCase(c) : c)));
        return key.toString();
    }

    private static String header(String text) {
        return text.replace("\\", "\\\\").replace("|", "\\|");
    }

    private static String extension(String text) {
        return text.replace("\\", "\\\\").replace("=", "\\=");
    }
}
