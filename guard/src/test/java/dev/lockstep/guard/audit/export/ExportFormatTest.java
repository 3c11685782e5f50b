package dev.lockstep.guard.audit.export;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.guard.audit.AuditEventType;
import dev.lockstep.guard.audit.AuditRecord;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Records as other systems read them, also if somebody chose their texts to fool those systems. */
class ExportFormatTest {
    private static final Instant TIME = Instant.parse("2026-11-27T12:00:00.123456789Z");

    private static AuditRecord record(String event, Map<String, Object> fields) {
        return new AuditRecord(7, TIME, 5, "b007", 42, "device", event, fields, "0".repeat(64));
    }

    private static JsonNode json(ExportFormat format, AuditRecord record) {
        return new JsonMapper().readTree(format.line(record));
    }

    @Test
    void ocsfHasTheClassOfTheEvent() {
        Map<String, Integer> classes = Map.of("authentication", 3002, "session.use", 6003, "policy.decision", 6003, "process.start", 6002,
                "posture.result", 2003, "model.verify", 2003, "log.gap", 2004, "limit.hit", 2004, "of.the.future", 6002);
        classes.forEach((event, uid) -> {
            JsonNode line = json(ExportFormat.OCSF, record(event, Map.of()));
            assertThat(line.get("class_uid").intValue()).as(event).isEqualTo(uid);
            assertThat(line.get("category_uid").intValue()).isEqualTo(uid / 1000);
            assertThat(line.get("type_uid").intValue()).isEqualTo(uid * 100 + line.get("activity_id").intValue());
        });
    }

    @Test
    void ocsfSaysWhoWhenAndHowItEnded() {
        JsonNode line = json(ExportFormat.OCSF, record("policy.decision",
                Map.of("principal", "user:anna", "decision", "refuse", "reason", "no such model", "limit", 9L)));
        assertThat(line.get("time").longValue()).isEqualTo(TIME.toEpochMilli());
        assertThat(line.get("status_id").intValue()).isEqualTo(2);
        assertThat(line.get("severity_id").intValue()).isEqualTo(3);
        assertThat(line.at("/actor/user/name").stringValue()).isEqualTo("user:anna");
        assertThat(line.at("/metadata/sequence").longValue()).isEqualTo(7);
        assertThat(line.at("/metadata/uid").stringValue()).isEqualTo("b007-7");
        assertThat(line.at("/unmapped/limit").longValue()).isEqualTo(9);
        assertThat(json(ExportFormat.OCSF, record("posture.result", Map.of("check", "disk.encryption", "status", "pass"))).at("/compliance/status_id")
                .intValue()).isEqualTo(1);
    }

    @Test
    void ecsHasItsFields() {
        JsonNode line = json(ExportFormat.ECS, record("authentication", Map.of("principal", "service:batch", "outcome", "failure")));
        assertThat(line.get("@timestamp").stringValue()).isEqualTo("2026-11-27T12:00:00.123456789Z");
        assertThat(line.at("/event/outcome").stringValue()).isEqualTo("failure");
        assertThat(line.at("/event/category/0").stringValue()).isEqualTo("authentication");
        assertThat(line.at("/user/name").stringValue()).isEqualTo("service:batch");
        assertThat(line.at("/lockstep/outcome").stringValue()).isEqualTo("failure");
    }

    @Test
    void cefEscapesWhatSeparates() {
        assertThat(ExportFormat.CEF.line(record("session|use", Map.of("principal", "a=b\\c|d", "modelDigest", "00"))))
                .startsWith("CEF:0|Lockstep|lockstep|").contains("|session\\|use|session\\|use|3|rt=1795780800123 dvchost=device")
                .contains(" suser=a\\=b\\\\c|d").contains(" lockstepModelDigest=00");
    }

    @Test
    void syslogEscapesWhatEndsAValue() {
        assertThat(ExportFormat.SYSLOG.line(record("log.gap", Map.of("reason", "a\"b\\c]d"))))
                .isEqualTo("<107>1 2026-11-27T12:00:00.123456Z device lockstep 42 log.gap [lockstep@32473 seq=\"7\" outcome=\"unknown\""
                        + " f.reason=\"a\\\"b\\\\c\\]d\"]");
    }

    @ParameterizedTest
    @EnumSource
    void noTextBreaksALineOrReordersIt(ExportFormat format) {
        String hostile = "x\n<13>1 forged\r\u0007\u001b[2J\u202e\u2028\ud800\u0000 | = ] \" \\";
        var record = new AuditRecord(7, TIME, 5, hostile, 42, hostile, hostile, Map.of("principal", hostile, "\n" + hostile, hostile), hostile);
        String line = format.line(record);
        assertThat(line.codePoints().filter(c -> Character.isISOControl(c) || Character.getType(c) == Character.FORMAT
                || Character.getType(c) == Character.LINE_SEPARATOR || Character.getType(c) == Character.SURROGATE)).isEmpty();
        assertThat(line).contains("forged");
        if (format == ExportFormat.OCSF || format == ExportFormat.ECS) {
            assertThat(new JsonMapper().readTree(line).isObject()).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void hugeTextsAreCut(ExportFormat format) {
        assertThat(format.line(record("session.use", Map.of("principal", "x".repeat(1 << 20)))).length()).isLessThan(20_000);
    }

    /** Event, OCSF class and activity, ECS category and type. */
    private static final String KINDS = """
            process.start 6002 3 process start
            process.stop 6002 4 process end
            posture.result 2003 1 host info
            policy.load 6002 99 configuration access
            policy.decision 6003 99 iam info
            key.load 6002 99 configuration access
            model.verify 2003 1 package info
            model.open 6002 3 package start
            model.close 6002 4 package end
            session.open 6003 1 session start
            session.use 6003 2 session info
            session.save 6003 3 session info
            session.close 6003 4 session end
            authentication 3002 1 authentication start
            limit.hit 2004 1 threat indicator
            config.change 6002 99 configuration change
            log.gap 2004 1 process error
            log.rotate 6002 99 process info
            of.the.future 6002 99 process info
            """;

    @Test
    void everyEventHasItsKind() {
        KINDS.lines().map(line -> line.split(" ")).forEach(kind -> {
            AuditRecord record = record(kind[0], Map.of());
            JsonNode ocsf = json(ExportFormat.OCSF, record);
            JsonNode ecs = json(ExportFormat.ECS, record);
            assertThat(List.of(ocsf.get("class_uid").asString(), ocsf.get("activity_id").asString(), ecs.at("/event/category/0").asString(),
                    ecs.at("/event/type/0").asString())).as(kind[0]).isEqualTo(List.of(kind).subList(1, kind.length));
            assertThat(ExportFormat.CEF.line(record)).contains('|' + kind[0] + '|');
            assertThat(ExportFormat.SYSLOG.line(record)).contains(" lockstep 42 " + kind[0] + ' ');
        });
        assertThat(KINDS.lines().map(line -> line.substring(0, line.indexOf(' ')))).containsAll(Arrays.stream(AuditEventType.values()).map(AuditEventType::id).toList());
    }
}
