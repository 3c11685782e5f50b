package dev.lockstep.guard.audit;

import dev.lockstep.loader.internal.json.StrictJson;
import dev.lockstep.loader.internal.json.StrictJson.Faults;
import dev.lockstep.loader.internal.text.Printable;
import dev.lockstep.loader.internal.tlog.MerkleTree;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/**
 * An event as it stands in the log: one line of canonical JSON.
 *
 * @param seq its place in the log, from 0
 * @param time when it happened by the clock of the machine, which may have been set
 * @param monotonicNanos the same by a clock that nobody sets, since the process began to log
 * @param boot the process, by 128 random bits: ids of processes are used again
 * @param pid the process, as the system calls it
 * @param device the name of its key
 * @param event what happened, see {@link AuditEventType}; other versions of this program know others
 * @param fields what is said of it: {@code String} or {@code Long}, by name
 * @param prev the leaf hash of the record before, 64 hex digits; zeros for the first
 */
public record AuditRecord(long seq, Instant time, long monotonicNanos, String boot, long pid, String device, String event,
                          Map<String, Object> fields, String prev) {
    /** Far more than all fields at their longest; bounds what a reader holds. */
    public static final int MAX_LINE_BYTES = 1 << 20;

    /** What comes before the first record. */
    static final String NO_PREV = "0".repeat(2 * MerkleTree.HASH_BYTES);

    /** Of which four digits tell the year; beyond, other clocks and other programs fail. */
    private static final Instant MIN_TIME = Instant.parse("0000-01-01T00:00:00Z");
    private static final Instant AFTER_MAX_TIME = Instant.parse("+10000-01-01T00:00:00Z");

    private static final long FORMAT_VERSION = 1;
    private static final int MAX_NANOS_DIGITS = 19;
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSSSSS'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final Set<String> MEMBERS = Set.of("boot", "device", "event", "fields", "mono", "pid", "prev", "seq", "time", "v");

    public AuditRecord {
        fields = Collections.unmodifiableMap(new TreeMap<>(fields));
    }

    /** What an event says, with texts made fit for a line: whatever could steer a terminal or forge a line becomes an escape. */
    static Map<String, Object> fieldsOf(AuditEvent event) {
        var fields = new TreeMap<String, Object>();
        event.values().forEach((field, value) -> fields.put(field.id(), value instanceof String text ? escaped(text) : value));
        return fields;
    }

    /** A backslash becomes two, so that what looks like an escape is one. */
    private static String escaped(String text) {
        return Printable.text(text.replace("\\", "\\\\"));
    }

    /** RFC 3339, in UTC, to the nanosecond. */
    public String timeText() {
        return TIME.format(time);
    }

    /** The line, in UTF-8, without a line feed. */
    public byte[] line() {
        var members = new TreeMap<String, Object>();
        members.put("boot", boot);
        members.put("device", device);
        members.put("event", event);
        members.put("fields", fields);
        // a string: in 104 days it is no number that JSON is exact about
        members.put("mono", Long.toString(monotonicNanos));
        members.put("pid", pid);
        members.put("prev", prev);
        members.put("seq", seq);
        members.put("time", timeText());
        members.put("v", FORMAT_VERSION);
        return CanonicalJson.write(members).getBytes(StandardCharsets.UTF_8);
    }

    /** The hash of a line in the tree, and what the next record calls {@code prev} in hex. */
    static byte[] leafHash(byte[] line) {
        return MerkleTree.leafHash(line);
    }

    /**
     * Reads a line. What is not written exactly as {@link #line} writes it is refused: one record, one form.
     *
     * @throws AuditException if it is no record
     */
    public static AuditRecord parse(byte[] line, String file) {
        Faults faults = AuditException::new;
        if (line.length > MAX_LINE_BYTES) {
            throw faults.fault(file, "is longer than " + MAX_LINE_BYTES + " bytes", null);
        }
        StrictJson json = StrictJson.parse(line, file, faults);
        json.allowOnly(MEMBERS);
        var record = new AuditRecord(number(json, "seq"), time(json), nanos(json), json.text("boot"), number(json, "pid"), json.text("device"), json.text("event"), fields(json), json.text("prev"));
        if (number(json, "v") != FORMAT_VERSION || !Arrays.equals(record.line(), line)) {
            throw json.fault("is not in canonical form");
        }
        return record;
    }

    private static Instant time(StrictJson json) {
        Instant time = json.instantIfPresent("time").orElseThrow(() -> json.fault("has no time"));
        if (time.isBefore(MIN_TIME) || !time.isBefore(AFTER_MAX_TIME)) {
            throw json.fault("has a time that is not of the years 0000 to 9999");
        }
        return time;
    }

    private static long nanos(StrictJson json) {
        String digits = json.text("mono");
        try {
            return Long.parseLong(digits.length() <= MAX_NANOS_DIGITS ? digits : "");
        } catch (NumberFormatException e) {
            throw json.fault("member \"mono\" must be a number in a string");
        }
    }

    private static long number(StrictJson json, String member) {
        if (value(json, member) instanceof Long number && number >= 0) {
            return number;
        }
        throw json.fault("member \"" + member + "\" must be a whole number from 0");
    }

    private static Map<String, Object> fields(StrictJson json) {
        StrictJson object = json.object("fields");
        var fields = new TreeMap<String, Object>();
        object.names().forEach(name -> fields.put(name, value(object, name)));
        return fields;
    }

    private static Object value(StrictJson json, String member) {
        JsonNode value = json.node().get(member);
        if (value != null && value.isString()) {
            return value.stringValue();
        }
        boolean isNumber = value != null && value.isIntegralNumber() && value.canConvertToLong();
        if (isNumber && value.longValue() >= -AuditEvent.MAX_NUMBER && value.longValue() <= AuditEvent.MAX_NUMBER) {
            return value.longValue();
        }
        throw json.fault("member \"" + member + "\" must be a string or a whole number below 2^53");
    }

    /** A hash as records write it. */
    static String hex(byte[] hash) {
        return HexFormat.of().formatHex(hash);
    }
}
