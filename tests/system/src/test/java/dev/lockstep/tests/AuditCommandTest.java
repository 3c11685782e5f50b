package dev.lockstep.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.app.InProcess;
import dev.lockstep.guard.audit.AuditEvent;
import dev.lockstep.guard.audit.AuditEventType;
import dev.lockstep.guard.audit.AuditField;
import dev.lockstep.guard.audit.AuditLog;
import dev.lockstep.guard.audit.AuditOptions;
import dev.lockstep.guard.audit.VerifierKey;
import dev.lockstep.guard.device.DeviceKey;
import dev.lockstep.testkit.Cli;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code lockstep audit}: exit codes, and what is printed where. */
class AuditCommandTest {
    @TempDir
    Path temporary;

    private Path folder;
    private DeviceKey key;

    @BeforeEach
    void writeLog() {
        folder = temporary.resolve("audit");
        key = DeviceKey.create(temporary.resolve("device"), "laptop");
        var time = InstantSource.fixed(Instant.parse("2026-11-27T12:00:00Z"));
        try (var log = AuditLog.open(folder, key, AuditOptions.standard().withClock(time))) {
            for (long i = 0; i < 4; i++) {
                log.record(AuditEvent.of(i % 2 == 0 ? AuditEventType.SESSION_OPEN : AuditEventType.SESSION_CLOSE)
                        .with(AuditField.PRINCIPAL, "user:anna\n").with(AuditField.SESSION, i));
            }
        }
    }

    private Cli.Result audit(Object... arguments) {
        Object[] all = new Object[arguments.length + 1];
        all[0] = "audit";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        return InProcess.run(all);
    }

    private void change() throws IOException {
        Path file = folder.resolve("audit-00000000.jsonl");
        Files.writeString(file, Files.readString(file).replace("\"session\":2}", "\"session\":9}"));
    }

    @Test
    void anIntactLogVerifiesWithTheDevicesKey() throws IOException {
        Path keys = Files.writeString(temporary.resolve("keys"), key.vkey() + '\n');
        for (Object given : new Object[] {key.vkey(), keys}) {
            Cli.Result result = audit("verify", folder, "--key", given);
            assertThat(result.exitCode()).as(result.err()).isZero();
            assertThat(result.text()).isEqualTo("intact: 4 record(s) of laptop, 4 of them signed for by 2 checkpoint(s)\n");
            assertThat(result.err()).isEmpty();
        }
        assertThat(key.vkey()).isEqualTo(VerifierKey.of(key).text());
    }

    @Test
    void withoutAKeyItIsSaidWhatThatProves() {
        Cli.Result result = audit("verify", folder);
        assertThat(result.exitCode()).isZero();
        assertThat(result.err()).contains("not whether it is the device's");
    }

    @Test
    void aChangedRecordIsNamed() throws IOException {
        change();
        Cli.Result result = audit("verify", folder, "--key", key.vkey());
        assertThat(result.exitCode()).isEqualTo(3);
        assertThat(result.text()).startsWith("changed: ").contains("audit-00000000.jsonl, line 3, record 2: was changed");
        JsonNode json = new JsonMapper().readTree(audit("verify", folder, "--key", key.vkey(), "--json").text());
        assertThat(json.get("intact").booleanValue()).isFalse();
        assertThat(json.at("/problem/record").longValue()).isEqualTo(2);
        assertThat(json.at("/problem/fromRecord").longValue()).as("the next checkpoint is of four records").isZero();
        assertThat(json.get("records").longValue()).isZero();
        assertThat(json.at("/problem/line").longValue()).isEqualTo(3);
    }

    @Test
    void anotherKeyIsNoKey() {
        String other = DeviceKey.create(temporary.resolve("other"), "laptop").vkey();
        assertThat(audit("verify", folder, "--key", other).exitCode()).isEqualTo(3);
        assertThat(audit("verify", folder, "--key", "nonsense").exitCode()).isEqualTo(1);
    }

    /** A file of somebody else must not speak for a key that was typed. */
    @Test
    void whatHasTheFormOfAKeyIsNoFile() throws IOException {
        Path planted = Files.writeString(temporary.resolve("laptop+hash"), key.vkey() + '\n');
        assertThat(audit("verify", folder, "--key", planted).exitCode()).isEqualTo(1);
    }

    @Test
    void whatIsNoLogIsUnreadable() {
        for (String command : new String[] {"verify", "show", "prove"}) {
            Object[] arguments = command.equals("prove") ? new Object[] {command, temporary, "--record", 0} : new Object[] {command, temporary};
            Cli.Result result = audit(arguments);
            assertThat(result.exitCode()).as(command).isEqualTo(1);
            assertThat(result.out()).isEmpty();
        }
        assertThat(audit().exitCode()).isEqualTo(2);
        assertThat(audit("prove", folder).exitCode()).isEqualTo(2);
        assertThat(audit("export", folder, "--format", "xml").exitCode()).isEqualTo(2);
    }

    @Test
    void recordsAreShownAndSelected() {
        assertThat(audit("show", folder).text().lines()).hasSize(4).first().asString()
                .isEqualTo("0  2026-11-27T12:00:00.000000000Z  session.open  principal=user:anna\\u000a  session=0");
        assertThat(audit("show", folder, "--event", "session.close").text().lines()).hasSize(2);
        assertThat(audit("show", folder, "--limit", 1).text().lines()).singleElement().asString().startsWith("3 ");
        assertThat(audit("show", folder, "--since", "2026-11-27T12:00:01Z").out()).isEmpty();
        JsonNode first = new JsonMapper().readTree(audit("show", folder, "--json").text().lines().findFirst().orElseThrow());
        assertThat(first.at("/fields/session").longValue()).isZero();
    }

    @Test
    void recordsAreProvenAndExported() {
        assertThat(audit("prove", folder, "--record", 2).text()).startsWith("c2sp.org/tlog-proof@v1\nextra ").contains("\nindex 2\n").contains("\n\nlaptop\n4\n");
        assertThat(audit("prove", folder, "--from", 3).text()).startsWith("old 3\n");
        assertThat(audit("prove", folder, "--from", 0, "--to", 0).text()).startsWith("old 0\n\nlaptop\n0\n");
        for (String format : new String[] {"ocsf", "cef", "syslog", "ecs"}) {
            assertThat(audit("export", folder, "--format", format).text().lines()).as(format).hasSize(4);
        }
    }
}
