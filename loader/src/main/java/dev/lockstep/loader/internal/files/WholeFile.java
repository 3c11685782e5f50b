package dev.lockstep.loader.internal.files;

import dev.lockstep.securemem.SecureArena;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.CopyOption;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.UUID;

/** Files that are there whole and on disk, or as they were before. */
public final class WholeFile {
    private WholeFile() {
    }

    /** What a file is to hold, written piece by piece. */
    @FunctionalInterface
    public interface Content {
        /** @param file at its beginning; not to be closed */
        void writeTo(FileChannel file) throws IOException;
    }

    /** Writes a file beside the target, forces it to disk, and moves it there in one step. */
    public static void replace(Path target, byte[] content, FileAttribute<?>... attributes) throws IOException {
        replace(target, whole(content), attributes);
    }

    /** The same for content that comes piece by piece; if it fails, the target stays what it was. A link is replaced, not followed. */
    public static void replace(Path target, Content content, FileAttribute<?>... attributes) throws IOException {
        aside(target, unlessProcessEnds(target, content), attributes, StandardCopyOption.ATOMIC_MOVE);
    }

    /** The same for what is no secret, and is on the heap anyway: it can be written while the process ends, too. */
    public static void replacePublic(Path target, byte[] content, FileAttribute<?>... attributes) throws IOException {
        aside(target, file -> write(MemorySegment.ofArray(content), file), attributes, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Writes a file that must not exist and forces it to disk; on failure it does not exist. */
    public static void create(Path file, byte[] content, FileAttribute<?>... attributes) throws IOException {
        fill(file, unlessProcessEnds(file, whole(content)), attributes);
    }

    /** Through memory that is wiped: the JDK would keep a copy of what may be a key. */
    private static Content whole(byte[] content) {
        return file -> {
            try (var memory = SecureArena.open("content of a file")) {
                MemorySegment bytes = memory.allocate(content.length);
                MemorySegment.copy(content, 0, bytes, ValueLayout.JAVA_BYTE, 0, content.length);
                write(bytes, file);
            }
        };
    }

    /** Writes all bytes of a segment; of one off the heap, without a copy. */
    public static void write(MemorySegment bytes, FileChannel file) throws IOException {
        for (var rest = bytes.asByteBuffer(); rest.hasRemaining();) {
            file.write(rest);
        }
    }

    /** The same for content that comes piece by piece, and takes its time: the file is there when it is complete. */
    public static void create(Path file, Content content, FileAttribute<?>... attributes) throws IOException {
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new FileAlreadyExistsException(file.toString());
        }
        aside(file, unlessProcessEnds(file, content), attributes);
    }

    private static Content unlessProcessEnds(Path target, Content content) {
        return file -> {
            content.writeTo(file);
            if (SecureArena.isProcessEnding()) {
                // what it was made of may have been wiped meanwhile
                throw new IOException("the process ends; " + target + " is not kept");
            }
        };
    }

    private static void aside(Path target, Content content, FileAttribute<?>[] attributes, CopyOption... move) throws IOException {
        Path temporary = target.resolveSibling("." + target.getFileName() + '.' + UUID.randomUUID() + ".tmp");
        fill(temporary, content, attributes);
        try {
            Files.move(temporary, target, move);
        } catch (IOException e) {
            delete(temporary, e);
            throw e;
        }
    }

    private static void fill(Path file, Content content, FileAttribute<?>[] attributes) throws IOException {
        try (var channel = FileChannel.open(file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), attributes)) {
            try {
                content.writeTo(channel);
                channel.force(true);
            } catch (IOException | RuntimeException | Error e) {
                // The file is ours: CREATE_NEW made it. Half of it is worse than none.
                delete(file, e);
                throw e;
            }
        }
    }

    /** Deletes a file on the way out; what fails then is added to the reason. */
    public static void delete(Path file, Throwable reason) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            reason.addSuppressed(e);
        }
    }

    /** Given when a file is created, not after: there is no moment at which others can open it. Empty where there are no owners. */
    public static FileAttribute<?>[] ownerOnly(Path file) {
        return permissions(file, "rw-------");
    }

    /** The same for a folder. */
    public static FileAttribute<?>[] ownerOnlyFolder(Path folder) {
        return permissions(folder, "rwx------");
    }

    private static FileAttribute<?>[] permissions(Path file, String permissions) {
        if (!file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            return new FileAttribute<?>[0];
        }
        return new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))};
    }
}
