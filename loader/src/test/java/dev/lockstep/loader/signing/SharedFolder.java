package dev.lockstep.loader.signing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where test data of other owners lies: {@code -Dlockstep.shared=…}, else {@code LOCKSTEP_SHARED}, else
 * {@code ../shared} beside the project. Named but not there is a failure; neither named nor there skips the test.
 */
public final class SharedFolder {
    private SharedFolder() {
    }

    public static Path resolve(String relative) {
        String named = System.getProperty("lockstep.shared", "");
        if (named.isBlank()) {
            named = System.getenv().getOrDefault("LOCKSTEP_SHARED", "");
        }
        if (!named.isBlank()) {
            Path folder = Path.of(named).resolve(relative);
            if (!Files.exists(folder)) {
                throw new AssertionError("lockstep.shared names " + named + ", but there is no " + folder);
            }
            return folder;
        }
        Path folder = Path.of(System.getProperty("lockstep.root", "..")).resolve("../shared").resolve(relative);
        assumeTrue(Files.exists(folder), () -> "no shared test data at " + folder + "; set -Dlockstep.shared");
        return folder;
    }
}
