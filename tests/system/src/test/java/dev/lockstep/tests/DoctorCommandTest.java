package dev.lockstep.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.app.InProcess;
import dev.lockstep.testkit.Cli;
import dev.lockstep.testkit.SharedData;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code lockstep doctor}, on whatever device this is. */
class DoctorCommandTest {
    @Test
    void everyCheckHasALineAndTheExitCodeCountsThoseThatFail() {
        var result = InProcess.run("doctor");
        assertThat(result.err()).isEmpty();
        assertThat(result.text()).contains("disk.encryption").contains("model.files").contains("clock");
        assertThat(result.text().lines().filter(line -> line.startsWith("fail ")).findAny().isPresent()).isEqualTo(result.exitCode() == 1);
        assertThat(result.exitCode()).isBetween(0, 1);
    }

    @Test
    void jsonHasTheSameForPrograms() {
        var result = InProcess.run("doctor", "--json");
        JsonNode json = new JsonMapper().readTree(result.text());
        assertThat(json.get("format").stringValue()).isEqualTo("lockstep-posture/v1");
        assertThat(json.get("fit").booleanValue()).isEqualTo(result.exitCode() == 0);
        assertThat(json.get("checks")).hasSizeGreaterThanOrEqualTo(17).allSatisfy(check -> {
            assertThat(check.propertyNames()).containsExactly("check", "status", "evidence", "remedy");
            assertThat(check.get("status").stringValue()).isIn("pass", "fail", "unknown");
            assertThat(check.get("remedy").stringValue().isEmpty()).isEqualTo(check.get("status").stringValue().equals("pass"));
        });
    }

    @Test
    void oneCheckCanBeAskedFor() {
        var result = InProcess.run("doctor", "--check", "clock");
        assertThat(result.exitCode()).as(result.text()).isZero();
        assertThat(result.text().lines()).hasSize(2);
        assertThat(result.text()).startsWith("pass ").endsWith("1 passed, 0 failed, 0 unknown\n");
    }

    /** The Java that runs tests writes dumps and lets others in. */
    @Test
    void whatFailsIsNamedWithItsRemedy() {
        var result = InProcess.run("doctor", "--check", "jvm.flags");
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.text()).startsWith("fail ").contains("-XX:+DisableAttachMechanism").contains("to mend: start it with the launcher");
    }

    @Test
    void whatIsUnknownDoesNotFail() {
        var result = InProcess.run("doctor", "--check", "model.files", "--model", "/no/such/model");
        assertThat(result.exitCode()).isZero();
        assertThat(result.text()).startsWith("unknown ").contains("/no/such/model: does not exist");
    }

    @Test
    void aCheckThatDoesNotExistIsAMistake() {
        var result = InProcess.run("doctor", "--check", "disk");
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).contains("there is no check disk; there are disk.encryption, swap,");
    }

    private static Cli.Result launched(String options) {
        var builder = new ProcessBuilder(List.of(SharedData.projectRoot().resolve("lockstep").toString(), "doctor", "--check", "jvm.flags",
                "--check", "jvm.agents"));
        builder.environment().put("LOCKSTEP_JAVA_OPTS", options);
        return Cli.run(builder, new byte[0]);
    }

    @Test
    void theLauncherStartsAJavaThatPasses() {
        var result = launched("");
        assertThat(result.exitCode()).as(result.text() + result.err()).isZero();
        assertThat(result.text()).endsWith("2 passed, 0 failed, 0 unknown\n");
    }

    @Test
    void whoNeedsAProfilerCanUndoThatAndItIsSeen() {
        var result = launched("-XX:-DisableAttachMechanism");
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.text()).contains("this Java runs without -XX:+DisableAttachMechanism").endsWith("1 passed, 1 failed, 0 unknown\n");
    }
}
