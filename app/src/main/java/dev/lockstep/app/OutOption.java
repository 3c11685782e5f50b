package dev.lockstep.app;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import picocli.CommandLine.Option;

/** Where a small result goes. */
final class OutOption {
    @Option(names = "--out", paramLabel = "FILE", description = "Where it goes; no file is overwritten. Default: standard output.")
    private Path file;

    void write(Io io, String text) throws IOException {
        if (file == null) {
            io.println(text.stripTrailing());
            return;
        }
        Files.write(file, text.getBytes(StandardCharsets.UTF_8), StandardOpenOption.CREATE_NEW);
    }
}
