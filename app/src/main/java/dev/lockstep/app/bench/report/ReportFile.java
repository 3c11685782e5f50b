package dev.lockstep.app.bench.report;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/**
 * A file that is all there or not at all: it is written beside its place and then moved there. Its place is tried when this is
 * created, before there is anything to write. {@link #close()} without {@link #finish} leaves nothing behind.
 */
public final class ReportFile implements AutoCloseable {
    private final Path target;
    private final Path temporary;

    private ReportFile(Path target, Path temporary) {
        this.target = target;
        this.temporary = temporary;
    }

    /**
     * Checks that a file could be there.
     *
     * @return {@code target}
     * @throws IllegalArgumentException if it is a folder, or is to lie in a folder that is not there
     */
    public static Path requirePlace(Path target) {
        if (Files.isDirectory(target) || target.getFileName() == null) {
            throw new IllegalArgumentException("--report " + target + " is a folder; a file is needed");
        }
        Path folder = target.toAbsolutePath().getParent();
        if (!Files.isDirectory(folder)) {
            throw new IllegalArgumentException("--report " + target + ": there is no folder " + folder);
        }
        return target;
    }

    /**
     * Begins a file.
     *
     * @throws IOException if nothing can be written there
     */
    public static ReportFile create(Path target) throws IOException {
        Path temporary = target.resolveSibling("." + target.getFileName() + '.' + UUID.randomUUID() + ".tmp");
        Files.createFile(temporary);
        return new ReportFile(target, temporary);
    }

    /** Writes all of it and puts it in its place; whatever was there is replaced. */
    public void finish(String text) throws IOException {
        Files.writeString(temporary, text, StandardCharsets.UTF_8, StandardOpenOption.TRUNCATE_EXISTING);
        Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Removes what was begun and not finished. Idempotent. */
    @Override
    public void close() throws IOException {
        Files.deleteIfExists(temporary);
    }
}
