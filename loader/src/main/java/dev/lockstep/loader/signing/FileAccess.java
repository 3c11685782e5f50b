package dev.lockstep.loader.signing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Who beside its owner may do what with a file, as far as the file system knows POSIX permissions; where it does not, nothing is
 * known and nothing refused.
 *
 * @param fileKey what tells the file from every other one
 * @param permissions of group and others too
 */
record FileAccess(Object fileKey, Set<PosixFilePermission> permissions) {
    private static final Set<PosixFilePermission> READ_BY_OTHERS =
            EnumSet.of(PosixFilePermission.GROUP_READ, PosixFilePermission.OTHERS_READ);
    private static final Set<PosixFilePermission> WRITE_BY_OTHERS =
            EnumSet.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);

    /** Of the file that a path leads to by now. */
    static FileAccess of(Path file) {
        if (!isPosix(file)) {
            return new FileAccess(null, Set.of());
        }
        try {
            var attributes = Files.readAttributes(file, PosixFileAttributes.class);
            return new FileAccess(attributes.fileKey(), attributes.permissions());
        } catch (NoSuchFileException e) {
            throw new KeyFileException(file.toString(), "does not exist", e);
        } catch (IOException e) {
            throw new KeyFileException(file.toString(), "cannot be read: " + e.getMessage(), e);
        }
    }

    private static boolean isPosix(Path file) {
        return file.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    boolean isOfSameFile(FileAccess other) {
        return Objects.equals(fileKey, other.fileKey);
    }

    /** @throws KeyFileException if others may write: the key could be theirs by now */
    void requirePrivateWriting(Path file) {
        if (permissions.stream().anyMatch(WRITE_BY_OTHERS::contains)) {
            throw new KeyFileException(file.toString(), "is a private key that others than its owner may write to ("
                    + PosixFilePermissions.toString(permissions) + "); make sure that it is still yours, then chmod 600 it");
        }
    }

    /** What is wrong if others may read a secret. */
    Optional<String> exposure() {
        return permissions.stream().anyMatch(READ_BY_OTHERS::contains)
                ? Optional.of("others than its owner may read it (" + PosixFilePermissions.toString(permissions) + ')')
                : Optional.empty();
    }
}
