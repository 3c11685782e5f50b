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
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The folder of a log, and what its files are called. */
record LogFolder(Path path) {
    private static final String SEGMENT_PREFIX = "audit-";
    private static final String SEGMENT_SUFFIX = ".jsonl";
    private static final int STICKY = 01000;
    private static final int OTHERS_WRITE = 0002;

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

    Path lock() {
        return path.resolve("lock");
    }

    /** Records, one a line. */
    Path segment(int number) {
        return path.resolve(String.format(Locale.ROOT, SEGMENT_PREFIX + "%08d" + SEGMENT_SUFFIX, number));
    }

    /** All that looks like a file of records. */
    Set<Path> segments() throws IOException {
        return files(name -> name.startsWith(SEGMENT_PREFIX) && name.endsWith(SEGMENT_SUFFIX));
    }

    private Set<Path> files(Predicate<String> condition) throws IOException {
        try (Stream<Path> files = Files.list(path)) {
            return new TreeSet<>(files.filter(file -> condition.test(file.getFileName().toString())).toList());
        }
    }

    /** Deletes what a killed process has left of files that it was replacing. Only with the folder's lock. */
    void deleteLeftovers() throws IOException {
        for (Path file : files(name -> name.startsWith(".") && name.endsWith(".tmp"))) {
            Files.deleteIfExists(file);
        }
    }

    /** False if nothing was ever signed or written here: a log that is still to begin. */
    boolean isBegun() {
        return Files.exists(checkpoint(), LinkOption.NOFOLLOW_LINKS) || hasSegment(0)
                || CheckpointHistory.last(this).filter(last -> last.size() > 0).isPresent();
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
        if (Files.notExists(path, LinkOption.NOFOLLOW_LINKS)) {
            Path parent = path.toAbsolutePath().getParent();
            Files.createDirectories(parent);
            try {
                Files.createDirectory(path, WholeFile.ownerOnlyFolder(path));
                force(parent);
            } catch (FileAlreadyExistsException e) {
                // another process was quicker
            }
        }
        if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            throw new AuditException(path.toString(), "is a link or no folder; a log is a folder, which nobody can exchange for another");
        }
        List<String> problems = new ArrayList<>(FileExposure.of(path));
        if (isSharedByOwners()) {
            problems.add("everybody may make files in it");
        }
        if (!problems.isEmpty()) {
            throw new AuditException(path.toString(), String.join("; ", problems) + ", so what is logged there proves nothing");
        }
    }

    /** Folders like /tmp, in which others may make files, and delete their own. */
    private boolean isSharedByOwners() throws IOException {
        return path.getFileSystem().supportedFileAttributeViews().contains("unix")
                && ((int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS) & (STICKY | OTHERS_WRITE)) == (STICKY | OTHERS_WRITE);
    }

    /** Makes sure that names of new files survive a power failure; on systems where folders are no files there is nothing to do. */
    void force() throws IOException {
        force(path);
    }

    private static void force(Path path) throws IOException {
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
