package dev.lockstep.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testkit.Cli;
import dev.lockstep.testkit.SharedData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The shell script that users start. The build before it in this reactor has made the jars. */
class LauncherTest {
    @TempDir
    private Path folder;

    private static ProcessBuilder launcher(String... arguments) {
        var builder = new ProcessBuilder(SharedData.projectRoot().resolve("lockstep").toString());
        builder.command().addAll(List.of(arguments));
        return builder;
    }

    @Test
    void theFirstCommandOfTheReadmeTellsAStory() {
        var result = Cli.run(launcher("run", "-p", "Once upon a time", "-n", "16", "--seed", "3"), new byte[0]);
        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(result.text()).startsWith("Once upon a time");
        assertThat(result.err()).doesNotContain("plain Java");
    }

    @Test
    void itWorksThroughALinkAndFromAnotherFolder() throws IOException {
        Path link = Files.createSymbolicLink(folder.resolve("ls"), SharedData.projectRoot().resolve("lockstep"));
        var result = Cli.run(new ProcessBuilder(link.toString(), "inspect").directory(folder.toFile()), new byte[0]);
        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(result.text()).contains("andersen-5m-q8_0.gguf");
    }

    /** But none that puts other keys in the place of the trusted one. */
    @Test
    void extraJvmOptionsArePassedOnAndDoNotMoveTheTrustedKey() {
        var builder = launcher("inspect");
        builder.environment().put("LOCKSTEP_JAVA_OPTS", "-Dlockstep.kernel.bits=128 -Dlockstep.home=" + folder);
        var result = Cli.run(builder, new byte[0]);
        assertThat(result.text()).as(result.err()).contains("128 bits: forced").contains("andersen-5m-q8_0.gguf");
    }

    @Test
    void aWrongJdkIsNamed() {
        var builder = launcher("inspect");
        builder.environment().put("LOCKSTEP_JAVA_HOME", folder.toString());
        var result = Cli.run(builder, new byte[0]);
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err()).contains("is not a JDK 25");
    }
}
