package dev.lockstep.tests.fuzz;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Files for parsers that read files: in memory where the system has such a folder, since a fuzzer writes one per input. */
final class Scratch {
    private static final Path SHARED_MEMORY = Path.of("/dev/shm");

    private Scratch() {
    }

    /** A new file name of this process; the file is removed when it ends. */
    static Path file(String name) {
        try {
            Path folder = Files.isWritable(SHARED_MEMORY)
                    ? Files.createTempDirectory(SHARED_MEMORY, "lockstep-fuzz")
                    : Files.createTempDirectory("lockstep-fuzz");
            folder.toFile().deleteOnExit();
            Path file = folder.resolve(name);
            file.toFile().deleteOnExit();
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
