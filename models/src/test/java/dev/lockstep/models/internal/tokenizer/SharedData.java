package dev.lockstep.models.internal.tokenizer;

import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/** Finds the folder of test data that other people own. */
public final class SharedData {
    private SharedData() { }

    /**
     * The folder: system property {@code lockstep.shared}, else environment variable LOCKSTEP_SHARED, else
     * {@code ../shared} beside the project. One that was named must exist; without any, the test is skipped.
     */
    public static Path root() {
        String named = System.getProperty("lockstep.shared", "");
        if (named.isBlank()) {
            named = System.getenv().getOrDefault("LOCKSTEP_SHARED", "");
        }
        if (!named.isBlank()) {
            Path folder = Path.of(named);
            return Files.isDirectory(folder) ? folder : fail("lockstep.shared=" + named + " is no folder");
        }
        String project = System.getProperty("lockstep.root", "");
        Path usual = Path.of(project.isBlank() ? "." : project, "..", "shared").normalize();
        assumeTrue(Files.isDirectory(usual), () -> "no shared test data in " + usual.toAbsolutePath());
        return usual;
    }
}
