package dev.lockstep.guard.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The one form of a record. */
class RecordFormTest {
    private static final String LINE = "{\"boot\":\"b\",\"device\":\"d\",\"event\":\"session.use\",\"fields\":{\"principal\":\"ä\\\\u202e\\\"\",\"value\":-1},"
            + "\"mono\":\"9007199254740993\",\"pid\":1,\"prev\":\"00\",\"seq\":0,\"time\":\"2026-11-27T12:00:00.000000000Z\",\"v\":1}";

    private static AuditRecord parse(String line) {
        return AuditRecord.parse(line.getBytes(StandardCharsets.UTF_8), "test");
    }

    @Test
    void aRecordIsReadAsItWasWritten() {
        AuditRecord record = parse(LINE);
        assertThat(record.fields()).isEqualTo(Map.of("principal", "ä\\u202e\"", "value", -1L));
        assertThat(record.monotonicNanos()).isEqualTo(9007199254740993L);
        assertThat(record.time()).isEqualTo(Instant.parse("2026-11-27T12:00:00Z"));
        assertThat(new String(record.line(), StandardCharsets.UTF_8)).isEqualTo(LINE);
    }

    /** Each says the same as the record, or nearly so. */
    @ParameterizedTest
    @ValueSource(strings = {"\"seq\":0|\"seq\": 0", "\"seq\":0|\"seq\":0.0", "\"seq\":0|\"seq\":0e0", "\"seq\":0|\"seq\":-0", "\"seq\":0|\"seq\":-1",
        "\"seq\":0|\"seq\":\"0\"", "\"seq\":0|\"seq\":9007199254740993", "\"seq\":0|\"seq\":99999999999999999999", "\"seq\":0,|", "\"v\":1|\"v\":2",
        "\"v\":1|\"v\":1,\"w\":1", "ä|\\u00e4", "\"boot\":\"b\",\"device\":\"d\"|\"device\":\"d\",\"boot\":\"b\"", "12:00:00.000000000Z|12:00:00Z",
        "12:00:00.000000000Z|13:00:00.000000000+01:00", "\"mono\":\"9007199254740993\"|\"mono\":\"09\"", "\"mono\":\"9007199254740993\"|\"mono\":\"+9\"",
        "\"mono\":\"9007199254740993\"|\"mono\":9", "\"value\":-1|\"value\":-9223372036854775808", "\"value\":-1|\"value\":9007199254740992",
        "2026-11-27T12|+10000-11-27T12", "2026-11-27T12|-0001-11-27T12", "2026-11-27T12:00:00.000000000Z|+1000000000-12-31T23:59:59.999999999Z",
        "\"value\":-1|\"value\":null", "\"value\":-1|\"value\":[1]", "\"value\":-1|\"value\":true",
        "\"value\":-1|\"value\":-1,\"value\":-1", "\"value\":-1}|\"value\":-1} ", "\"fields\":{|\"fields\":{\"a\":{},", "\"event\":\"session.use\"|\"event\":\"\""})
    void noOtherFormIsRead(String change) {
        int split = change.indexOf('|');
        String other = LINE.replace(change.substring(0, split), change.substring(split + 1));
        assertThat(other).isNotEqualTo(LINE);
        assertThatThrownBy(() -> parse(other)).isInstanceOf(AuditException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0000-01-01T00:00:00.000000000Z", "9999-12-31T23:59:59.999999999Z"})
    void theYearHasFourDigits(String time) {
        assertThat(parse(LINE.replace("2026-11-27T12:00:00.000000000Z", time)).timeText()).isEqualTo(time);
    }

    @Test
    void whatLooksLikeAnEscapeIsOne() {
        AuditEvent event = AuditEvent.of(AuditEventType.SESSION_USE);
        assertThat(AuditRecord.fieldsOf(event.with(AuditField.PRINCIPAL, "\u202e")).get("principal")).isEqualTo("\\u202e");
        assertThat(AuditRecord.fieldsOf(event.with(AuditField.PRINCIPAL, "\\u202e")).get("principal")).isEqualTo("\\\\u202e");
    }

    @Test
    void whatIsNoUtf8OrTooLongIsRefused() {
        assertThatThrownBy(() -> AuditRecord.parse(new byte[] {'{', '"', (byte) 0xc0, (byte) 0x80, '"', '}'}, "test")).hasMessageContaining("not UTF-8");
        assertThatThrownBy(() -> AuditRecord.parse(new byte[AuditRecord.MAX_LINE_BYTES + 1], "test")).hasMessageContaining("is longer than");
    }

    /** RFC 8785, section 3.2.3: by UTF-16 code units, so that what lies beyond 16 bits comes before U+FB33. */
    @Test
    void membersAreSortedByCodeUnits() {
        var members = new LinkedHashMap<String, Object>();
        for (String name : new String[] {"\u20ac", "\r", "\ufb33", "1", "\ud83d\ude00", "\u0080", "\u00f6"}) {
            members.put(name, 1L);
        }
        assertThat(CanonicalJson.write(members))
                .isEqualTo("{\"\\r\":1,\"1\":1,\"\u0080\":1,\"\u00f6\":1,\"\u20ac\":1,\"\ud83d\ude00\":1,\"\ufb33\":1}");
    }

    /** RFC 8785, section 3.2.2.2. */
    @Test
    void nothingIsEscapedThatNeedNotBe() {
        assertThat(CanonicalJson.write(Map.of("a", "\u20ac$\u000f\nA'B\"\\\\\"/\u007f"))).isEqualTo("{\"a\":\"\u20ac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\u007f\"}");
        assertThat(CanonicalJson.write(Map.of())).isEqualTo("{}");
    }

    @Test
    void theLongestEventFitsALine() {
        AuditEvent event = AuditEvent.of(AuditEventType.SESSION_USE);
        for (AuditField field : AuditField.values()) {
            event = field.kind() == AuditField.Kind.TEXT ? event.with(field, "\u202e".repeat(1_000)) : event.with(field, Long.MIN_VALUE);
        }
        var record = new AuditRecord(AuditEvent.MAX_NUMBER, Instant.EPOCH, Long.MAX_VALUE, "b", 1, "d", event.type().id(), AuditRecord.fieldsOf(event),
                AuditRecord.NO_PREV);
        assertThat(record.line().length).isLessThan(AuditRecord.MAX_LINE_BYTES / 10);
        assertThat(AuditRecord.parse(record.line(), "test")).isEqualTo(record);
    }
}
