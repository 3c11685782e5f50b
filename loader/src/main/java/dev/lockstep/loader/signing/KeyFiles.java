package dev.lockstep.loader.signing;

import dev.lockstep.loader.internal.files.BoundedFile;
import dev.lockstep.loader.internal.files.WholeFile;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.util.Arrays;

/** Key files as bytes: read within bounds, created and never overwritten. */
final class KeyFiles {
    private static final String NO_KEY_FILE = ", so it is no key file";

    private KeyFiles() {
    }

    /** @throws KeyFileException if the file is missing, unreadable or larger than that */
    static byte[] read(Path file, int maxBytes) {
        return BoundedFile.read(file, maxBytes, NO_KEY_FILE, KeyFileException::new);
    }

    /**
     * Reads a file that nobody else can have written to.
     *
     * @throws KeyFileException as {@link #read}, and if its group or others may write to it
     */
    static byte[] readPrivate(Path file, int maxBytes) {
        FileAccess before = FileAccess.of(file);
        byte[] text = read(file, maxBytes);
        try {
            before.requirePrivateWriting(file);
            // Java cannot ask an open file, so the path is asked twice: what was read is what both answers are about.
            FileAccess after = FileAccess.of(file);
            after.requirePrivateWriting(file);
            if (!after.isOfSameFile(before)) {
                throw new KeyFileException(file.toString(), "was replaced by another file while it was read");
            }
            return text;
        } catch (KeyFileException e) {
            Arrays.fill(text, (byte) 0);
            throw e;
        }
    }

    static KeyFileException tooLarge(String name, int maxBytes) {
        return new KeyFileException(name, "is larger than " + maxBytes + " bytes" + NO_KEY_FILE);
    }

    /** Creates a file with this content, or leaves nothing behind. */
    static void create(Path file, byte[] content, FileAttribute<?>... attributes) {
        try {
            WholeFile.create(file, content, attributes);
        } catch (FileAlreadyExistsException e) {
            throw new KeyFileException(file.toString(), "already exists and is not overwritten", e);
        } catch (IOException e) {
            throw new KeyFileException(file.toString(), "cannot be written: " + e.getMessage(), e);
        }
    }
}
