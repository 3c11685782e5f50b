package dev.lockstep.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testkit.Cli;
import dev.lockstep.testkit.DeviceFaults;
import dev.lockstep.testkit.SharedData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code lockstep doctor}, on a laptop of files; and the Java that the launcher starts. */
class DoctorCommandTest {
    @TempDir
    private Path folder;
    private GuardedMachine machine;

    @BeforeEach
    void makeMachine() throws IOException {
        machine = new GuardedMachine(folder);
    }

    @Test
    void aFitDeviceHasALineForEveryCheckAndNothingToMend() {
        var result = machine.runPlain("doctor");
        assertThat(result.exitCode()).as(result.text()).isZero();
        assertThat(result.err()).isEmpty();
        assertThat(result.text().lines()).hasSize(18);
        assertThat(result.text()).contains("pass     disk.encryption   " + Models.demoFile()).doesNotContain("to mend")
                .endsWith("17 passed, 0 failed, 0 unknown\n");
    }

    @Test
    void whatFailsIsNamedWithItsRemedyAndCounts() {
        DeviceFaults.FAILING.get("jvm.flags").accept(machine.device());
        var result = machine.runPlain("doctor");
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.text()).contains("fail     jvm.flags         this Java runs without -XX:+DisableAttachMechanism")
                .contains("to mend: start it with the launcher").endsWith("16 passed, 1 failed, 0 unknown\n");
    }

    @Test
    void whatIsUnknownDoesNotFail() {
        var result = machine.runPlain("doctor", "--check", "model.files", "--model", "/no/such/model");
        assertThat(result.exitCode()).isZero();
        assertThat(result.text()).startsWith("unknown  model.files  /no/such/model: does not exist").endsWith("0 passed, 0 failed, 1 unknown\n");
    }

    @Test
    void jsonHasTheSameForPrograms() {
        DeviceFaults.FAILING.get("ptrace").accept(machine.device());
        var result = machine.runPlain("doctor", "--json");
        JsonNode json = new JsonMapper().readTree(result.text());
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(json.get("format").stringValue()).isEqualTo("lockstep-posture/v1");
        assertThat(json.get("fit").booleanValue()).isFalse();
        assertThat(json.get("checks")).hasSize(17).allSatisfy(check -> {
            assertThat(check.propertyNames()).containsExactly("check", "status", "evidence", "remedy");
            assertThat(check.get("status").stringValue()).isEqualTo(check.get("check").stringValue().equals("ptrace") ? "fail" : "pass");
        });
    }

    @Test
    void oneCheckCanBeAskedFor() {
        var result = machine.runPlain("doctor", "--check", "clock");
        assertThat(result.exitCode()).as(result.text()).isZero();
        assertThat(result.text().lines()).hasSize(2);
        assertThat(result.text()).startsWith("pass     clock  it is ").endsWith("1 passed, 0 failed, 0 unknown\n");
    }

    @Test
    void aMachineWhosePolicyCannotBeReachedIsLookedAtAllTheSame() throws IOException {
        Files.writeString(machine.machineFolder(), "a file where the administrator's folder should be");
        var result = machine.runPlain("doctor");
        assertThat(result.exitCode()).as(result.text()).isZero();
        assertThat(result.err()).startsWith("lockstep: WARNING: policy.readable: ");
        assertThat(result.text()).endsWith("17 passed, 0 failed, 0 unknown\n");
    }

    @Test
    void aCheckThatDoesNotExistIsAMistake() {
        var result = machine.runPlain("doctor", "--check", "disk");
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
