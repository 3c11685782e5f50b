package dev.lockstep.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.app.InProcess;
import dev.lockstep.testkit.Cli;
import dev.lockstep.testkit.SharedData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the pages for security teams name is there: they would be worth nothing if they rotted. */
class ControlsTest {
    private static final List<String> PAGES = List.of("SECURITY.md", "docs/threat-model.md", "docs/controls.md", "docs/enrolment.md", "docs/monitoring.md");

    /** Fewer would mean that this test looks for them in the wrong way. */
    private static final int LEAST_TESTS = 60;

    private static final int LEAST_COMMANDS = 12;

    @Test
    void everyTestThatIsNamedExists() throws IOException {
        Set<String> named = spans().filter(ControlsTest::isTestClass).collect(Collectors.toCollection(TreeSet::new));
        assertThat(named).hasSizeGreaterThan(LEAST_TESTS);
        assertThat(testClasses()).containsAll(named);
    }

    @Test
    void everyCommandThatIsNamedExistsWithItsOptions() throws IOException {
        Set<String> named = spans().filter(span -> span.startsWith("lockstep ")).collect(Collectors.toCollection(TreeSet::new));
        assertThat(named).hasSizeGreaterThan(LEAST_COMMANDS);
        assertThat(named).allSatisfy(ControlsTest::assertExists);
    }

    private static void assertExists(String command) {
        List<String> words = Arrays.asList(command.split(" ")).subList(1, command.split(" ").length);
        List<Object> asked = new ArrayList<>(words.stream().takeWhile(word -> word.chars().allMatch(c -> c >= 'a' && c <= 'z')).toList());
        asked.add("--help");
        Cli.Result help = InProcess.run(asked.toArray());
        assertThat(help.exitCode()).isZero();
        assertThat(help.text()).startsWith("Usage: lockstep " + asked.getFirst());
        assertThat(words.stream().filter(word -> word.startsWith("--"))).allSatisfy(option -> assertThat(help.text()).contains(option));
    }

    private static boolean isTestClass(String span) {
        return span.endsWith("Test") && span.chars().allMatch(Character::isLetterOrDigit);
    }

    /** What stands between backticks on a line. */
    private static Stream<String> spans() throws IOException {
        var spans = new ArrayList<String>();
        for (String page : PAGES) {
            for (String line : Files.readAllLines(SharedData.projectRoot().resolve(page))) {
                String[] parts = line.split("`", -1);
                for (int i = 1; i < parts.length; i += 2) {
                    spans.add(parts[i]);
                }
            }
        }
        return spans.stream();
    }

    private static Set<String> testClasses() throws IOException {
        try (Stream<Path> files = Files.walk(SharedData.projectRoot())) {
            return files.filter(file -> file.toString().contains("/src/test/java/")).map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith("Test.java")).map(name -> name.substring(0, name.length() - ".java".length()))
                    .collect(Collectors.toSet());
        }
    }
}
