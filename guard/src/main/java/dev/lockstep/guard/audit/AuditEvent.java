package dev.lockstep.guard.audit;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/** Something that happened. Immutable; what log, time and place add is added when it is recorded. */
public final class AuditEvent {
    /** Names of files and models may be long, and come from others; a record stays small all the same. In characters. */
    public static final int MAX_TEXT = 256;

    /** Larger numbers are not exact in JSON (RFC 8785, section 3.2.2.3). */
    public static final long MAX_NUMBER = (1L << 53) - 1;

    private final AuditEventType type;
    private final Map<AuditField, Object> values;

    private AuditEvent(AuditEventType type, Map<AuditField, Object> values) {
        this.type = type;
        this.values = Collections.unmodifiableMap(values);
    }

    public static AuditEvent of(AuditEventType type) {
        return new AuditEvent(type, new EnumMap<>(AuditField.class));
    }

    /** The same that also says this; too long a text is cut. */
    public AuditEvent with(AuditField field, String text) {
        requireKind(field, AuditField.Kind.TEXT);
        return withValue(field, text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT));
    }

    /** The same that also says this; too large a number becomes the largest. */
    public AuditEvent with(AuditField field, long number) {
        requireKind(field, AuditField.Kind.NUMBER);
        return withValue(field, Math.clamp(number, -MAX_NUMBER, MAX_NUMBER));
    }

    private AuditEvent withValue(AuditField field, Object value) {
        var all = new EnumMap<AuditField, Object>(AuditField.class);
        all.putAll(values);
        all.put(field, value);
        return new AuditEvent(type, all);
    }

    private static void requireKind(AuditField field, AuditField.Kind kind) {
        if (field.kind() != kind) {
            throw new IllegalArgumentException("field=" + field + " holds a " + field.kind());
        }
    }

    public AuditEventType type() {
        return type;
    }

    /** {@code String} or {@code Long}, by kind of field. */
    public Map<AuditField, Object> values() {
        return values;
    }
}
