package dev.lockstep.guard.audit;

import dev.lockstep.loader.internal.files.FileExposure;
import dev.lockstep.loader.internal.files.WholeFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;

/** The folder of a log, and what its files are called. */
record LogFolder(Path path) {
    /** The newest signed note. */
    Path checkpoint() {
        return path.resolve("checkpoint");
    }

    /** All signed notes, with an empty line after each. */
    Path history() {
        return path.resolve("checkpoints");
    }

    /** Where the newest note's tree ends in the files: a short cut, which nobody has to believe. */
    Path head() {
        return path.resolve("head");
    }

    /** What verifies the notes: a verifier key a line, for whoever is to be told. Whoever can change the log can change this. */
    Path verifierKeys() {
        return path.resolve("verifier-keys");
    }

    /** The key of {@link IdentifierHash}. */
    Path hashKey() {
        return path.resolve("identifier.key");
    }

    Path lock() {
        return path.resolve("lock");
    }

    /** Records, one a line. */
    Path segment(int number) {
        return path.resolve(String.format(Locale.ROOT, "audit-%08d.jsonl", number));
    }

    boolean hasSegment(int number) {
        return Files.exists(segment(number), LinkOption.NOFOLLOW_LINKS);
    }

    /**
     * Makes the folder, for its owner only, if there is none.
     *
     * @throws AuditException if others may write to it
     */
    void create() throws IOException {
        if (Files.notExists(path)) {
            Files.createDirectories(path.toAbsolutePath().getParent());
            try {
                Files.createDirectory(path, WholeFile.ownerOnlyFolder(path));
            } catch (FileAlreadyExistsException e) {
                // another process was quicker
            }
        }
        List<String> problems = FileExposure.of(path);
        if (!problems.isEmpty()) {
            throw new AuditException(path.toString(), String.join("; ", problems) + ", so what is logged there proves nothing");
        }
    }

    /** Makes sure that names of new files survive a power failure; on systems where folders are no files there is nothing to do. */
    void force() throws IOException {
        if (path.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            try (var folder = FileChannel.open(path, StandardOpenOption.READ)) {
                folder.force(true);
            }
        }
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
