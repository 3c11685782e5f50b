package dev.lockstep.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.app.InProcess;
import dev.lockstep.testkit.SharedData;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Files that lie, each in one point, given to the real program in a heap of 256 MiB. */
class HostileGgufTest {
    /** Two seconds for the refusal itself, and some for starting a JVM on a busy machine. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private record Case(Path file, boolean accept, boolean eitherIsFine) {
        @Override
        public String toString() {
            return file.getFileName().toString();
        }
    }

    static Stream<Case> cases() {
        Path folder = SharedData.path("vectors/gguf-hostile");
        return SharedData.json(folder.resolve("cases.json")).get("cases").valueStream().map(c -> new Case(
                folder.resolve(c.get("file").asString()), c.get("expected").asString().equals("accept"), c.has("alsoAllowed")));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theProgramRefusesOrGenerates(Case c) {
        long start = System.nanoTime();
        var result = InProcess.run("run", "--model", c.file(), "--allow-unsigned", "-p", "hello", "-n", "3", "--seed", "1");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(PATIENCE);
        if (c.accept() || c.eitherIsFine() && result.exitCode() == 0) {
            assertThat(result.exitCode()).as(result.err()).isZero();
            assertThat(result.text()).startsWith("hello");
        } else {
            assertThat(result.exitCode()).as(result.err()).isEqualTo(1);
            assertThat(result.out()).isEmpty();
            // our own message with the file's name, not a stack trace and not somebody else's exception
            assertThat(result.err()).contains("lockstep: " + c.file().getFileName()).doesNotContain("Exception", "Error", "\tat ");
        }
    }

    @Test
    void theFolderHoldsGoodFilesToo() {
        assertThat(cases().filter(Case::accept)).isNotEmpty();
        assertThat(cases().filter(c -> !c.accept())).hasSizeGreaterThan(40);
    }
}
