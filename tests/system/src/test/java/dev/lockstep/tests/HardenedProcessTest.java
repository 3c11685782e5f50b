package dev.lockstep.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.app.InProcess;
import dev.lockstep.securemem.Hardening;
import dev.lockstep.securemem.SecureArena;
import dev.lockstep.testkit.Cli;
import dev.lockstep.testkit.Jvm;
import dev.lockstep.testkit.SharedData;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What hardening does to a whole process. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "hardened memory needs Linux")
class HardenedProcessTest {
    private static final String SURVIVED = "survived";

    private static final String ABOVE_ALL = "-XX:+SuppressFatalErrorMessage";
    private static final List<String> AS_THE_LAUNCHER =
            List.of(ABOVE_ALL, "-XX:-CreateCoredumpOnCrash", "-XX:-HeapDumpOnOutOfMemoryError", "-XX:+DisableAttachMechanism");

    @TempDir
    private Path folder;

    /** Does what Java would not let anybody do, or what nobody may do any more. */
    static final class Trespasser {
        private Trespasser() {
        }

        public static void main(String[] args) {
            Hardening.enable(Set.of());
            var arena = SecureArena.open("trespass");
            MemorySegment segment = arena.allocate(100);
            switch (args[0]) {
                case "sealed" -> {
                    arena.seal();
                    segment.set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
                }
                case "over" -> anything(segment.address() + 4096);
                case "under" -> anything(segment.address() - 4096);
                case "freed" -> {
                    arena.close();
                    anything(segment.address());
                }
                case "own" -> segment.set(ValueLayout.JAVA_BYTE, 99, (byte) 1);
                default -> throw new IllegalArgumentException(args[0]);
            }
            System.out.println(SURVIVED);
        }

        @SuppressWarnings("restricted")
        private static void anything(long address) {
            MemorySegment.ofAddress(address).reinterpret(1).set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
        }
    }

    private Cli.Result trespass(String how) {
        var command = Jvm.command(List.of(ABOVE_ALL, "-XX:-CreateCoredumpOnCrash", "--enable-native-access=ALL-UNNAMED"),
                Trespasser.class.getName(), List.of(how));
        return Cli.run(new ProcessBuilder(command).directory(folder.toFile()), new byte[0]);
    }

    @ParameterizedTest
    @ValueSource(strings = {"sealed", "over", "under", "freed"})
    void whoWritesWhereNothingIsHisIsStoppedAndNothingIsWrittenDown(String how) throws IOException {
        var stopped = trespass(how);
        assertThat(stopped.exitCode()).isNotZero();
        assertThat(stopped.text()).doesNotContain(SURVIVED);
        // no exception either: it is the processor that refuses
        assertThat(stopped.err()).doesNotContain("Exception");
        try (var files = Files.list(folder)) {
            assertThat(files).isEmpty();
        }
    }

    @Test
    void whoWritesToHisOwnIsNot() {
        assertThat(trespass("own").text()).contains(SURVIVED);
    }

    private static Cli.Result run(Cli cli, String... options) {
        Object[] arguments = new Object[options.length + 8];
        System.arraycopy(new Object[] {"run", "--model", Models.demoFile(), "--key", Models.demoFolder().resolve("demo-key.pub.pem"), "-n", "8",
            "--temperature=0"}, 0, arguments, 0, 8);
        System.arraycopy(options, 0, arguments, 8, options.length);
        return cli.withInput("Once upon a time".getBytes()).run(arguments);
    }

    @Test
    void hardenedTheModelSaysTheSame() {
        var hardened = run(Cli.plainJava().withOption("--enable-native-access=ALL-UNNAMED"), "--harden");
        assertThat(hardened.exitCode()).as(hardened.err()).isZero();
        assertThat(hardened.text()).isEqualTo(run(Cli.plainJava()).text()).startsWith("Once upon a time");
    }

    @Test
    void whatTheJvmCouldWriteDownIsReportedAndRefusedIfStrict() {
        var cli = Cli.plainJava().withOption("--enable-native-access=ALL-UNNAMED");
        assertThat(cli.run("inspect", "--harden").err()).contains("-XX:+SuppressFatalErrorMessage").contains("-XX:+DisableAttachMechanism");
        var strict = cli.run("inspect", "--harden-strict");
        assertThat(strict.exitCode()).isEqualTo(3);
        assertThat(strict.text()).isEmpty();
        assertThat(strict.err()).contains("refused: ").contains("-XX:+DisableAttachMechanism");
    }

    @Test
    void withoutNativeAccessNothingIsHardenedAndThatIsSaid() {
        var cli = Cli.plainJava().withOption("--illegal-native-access=deny");
        for (String option : AS_THE_LAUNCHER) {
            cli = cli.withOption(option);
        }
        var lax = cli.run("inspect", "--harden");
        assertThat(lax.exitCode()).isZero();
        assertThat(lax.err()).contains("not hardened (locked in memory): Java does not allow it; start it with --enable-native-access");
        var strict = cli.run("inspect", "--harden-strict");
        assertThat(strict.exitCode()).isEqualTo(3);
        assertThat(strict.err()).contains("hardened memory is demanded");
    }

    /** With the right to lock memory it runs; without, it says that this is what is missing. */
    @Test
    void theLauncherPassesAllThatIsNeeded() {
        var builder = new ProcessBuilder(SharedData.projectRoot().resolve("lockstep").toString(), "run", "--harden-strict", "-n", "8",
                "--temperature=0", "-p", "Once upon a time");
        var strict = Cli.run(builder, new byte[0]);
        if (strict.exitCode() != 0) {
            assertThat(strict.err()).contains("refused: hardened memory is demanded (locked in memory)").contains("ulimit -l");
            assertThat(strict.exitCode()).isEqualTo(3);
        } else {
            assertThat(strict.text()).startsWith("Once upon a time");
            assertThat(strict.err()).doesNotContain("hardened");
        }
    }

    @Test
    void aModelThatDoesNotFitTheBudgetIsRefusedBeforeItIsReadOrLoaded() {
        var small = Cli.plainJava().run("inspect", "--memory=5M");
        assertThat(small.exitCode()).isEqualTo(1);
        assertThat(small.err()).contains("andersen-5m-q8_0.gguf needs 5").contains("the budget of 5242880 bytes");
        var smallForASession = run(Cli.plainJava(), "--memory=8M");
        assertThat(smallForASession.exitCode()).isEqualTo(1);
        assertThat(smallForASession.err()).contains("besides the").contains("the budget of 8388608 bytes");
        assertThat(run(Cli.plainJava(), "--memory=16M", "--verbose").err()).contains("lockstep: memory: 5.4 MiB weights + ");
        assertThat(InProcess.run("inspect", "--memory=0").exitCode()).isEqualTo(2);
        assertThat(InProcess.run("inspect", "--memory=9999999999G").exitCode()).isEqualTo(2);
    }
}
