package dev.lockstep.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.loader.age.AgeFiles;
import dev.lockstep.loader.age.X25519Identity;
import dev.lockstep.securemem.SecureArena;
import dev.lockstep.testkit.Cli;
import dev.lockstep.testkit.Jvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that ends wipes what is in use. What is written meanwhile is worth nothing, and must replace nothing. */
class EndingProcessTest {
    @TempDir
    private Path folder;

    /** Writes a file, and is told to end in the middle of writing it anew. */
    static final class Saver {
        private Saver() {
        }

        public static void main(String[] args) throws IOException {
            Path saved = Path.of(args[0]);
            try (var identity = X25519Identity.generate()) {
                var owner = List.of(identity.recipient());
                AgeFiles.replace(saved, owner, writer -> writer.write(new byte[] {1, 2, 3}, 0, 3));
                byte[] before = Files.readAllBytes(saved);
                try {
                    AgeFiles.replace(saved, owner, writer -> {
                        SecureArena.zeroAll();
                        writer.write(new byte[3], 0, 3);
                    });
                } catch (IOException e) {
                    System.out.println(e.getMessage());
                }
                System.out.println(Arrays.equals(before, Files.readAllBytes(saved)) ? "as it was" : "replaced");
            }
        }
    }

    @Test
    void whatIsBeingSavedThenIsNotKept() throws IOException {
        Path saved = folder.resolve("saved.age");
        var command = Jvm.command(List.of(), Saver.class.getName(), List.of(saved.toString()));
        var result = Cli.run(new ProcessBuilder(command), new byte[0]);
        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(result.text()).contains("the process ends").contains("as it was").doesNotContain("replaced");
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(saved);
        }
    }
}
