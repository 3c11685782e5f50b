package dev.lockstep.loader.internal.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
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

    /** Writes a file beside the target, forces it to disk, and moves it there in one step. */
    public static void replace(Path target, byte[] content, FileAttribute<?>... attributes) throws IOException {
        Path temporary = target.resolveSibling("." + target.getFileName() + '.' + UUID.randomUUID() + ".tmp");
        try {
            create(temporary, content, attributes);
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            delete(temporary, e);
            throw e;
        }
    }

    /** Writes a file that must not exist and forces it to disk; on failure it does not exist. */
    public static void create(Path file, byte[] content, FileAttribute<?>... attributes) throws IOException {
        try (var channel = FileChannel.open(file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), attributes)) {
            fill(channel, content, file);
        }
    }

    private static void fill(FileChannel channel, byte[] content, Path file) throws IOException {
        try {
            var source = ByteBuffer.wrap(content);
            while (source.hasRemaining()) {
                channel.write(source);
            }
            channel.force(true);
        } catch (IOException e) {
            // The file is ours: CREATE_NEW made it. Half of it is worse than none.
            delete(file, e);
            throw e;
        }
    }

    /** Deletes a file on the way out; what fails then is added to the reason. */
    public static void delete(Path file, Exception reason) {
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
