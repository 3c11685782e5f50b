package dev.lockstep.guard.audit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.Set;

/** Files of a log, which hold no secrets: regular ones only, since a pipe in their place would let its reader wait for ever. */
final class PublicFile {
    private PublicFile() {
    }

    /** Opens a file for reading; not through a link. */
    static FileChannel open(Path file) throws IOException {
        requireRegular(file);
        return FileChannel.open(file, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
    }

    private static void requireRegular(Path file) throws IOException {
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS) && !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException(file + " is no regular file");
        }
    }

    /**
     * A small file as a whole.
     *
     * @throws AuditException if it is missing, unreadable, or larger
     */
    static byte[] read(Path file, int maxBytes) {
        try (var channel = open(file)) {
            ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(channel.size(), maxBytes) + 1);
            while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
                // until it is full
            }
            if (bytes.position() > maxBytes) {
                throw new AuditException(file.toString(), "is larger than " + maxBytes + " bytes");
            }
            return Arrays.copyOf(bytes.array(), bytes.position());
        } catch (NoSuchFileException e) {
            throw new AuditException(file.toString(), "does not exist", e);
        } catch (IOException e) {
            throw new AuditException(file.toString(), "cannot be read: " + e.getMessage(), e);
        }
    }

    /** What the system knows a file by, whatever its name; null where it knows it by name only. */
    static Object identity(Path file) throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS).fileKey();
    }
}
