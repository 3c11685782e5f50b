package dev.lockstep.loader.age;

import dev.lockstep.loader.internal.files.BoundedFile;
import dev.lockstep.loader.internal.files.WholeFile;
import dev.lockstep.loader.signing.KeyFileException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Files that hold keys of age, one on a line; empty lines and those that begin with {@code #} are comments. What age's own tools write
 * is read, and the other way round.
 */
public final class AgeIdentityFile {
    /** Room for hundreds of post-quantum recipients. */
    public static final int MAX_FILE_BYTES = 1 << 20;

    private AgeIdentityFile() {
    }

    /**
     * Reads the identities of a file; the caller's to close.
     *
     * @throws KeyFileException if there is no such file, or a line of it is no identity
     */
    public static List<AgeIdentity> read(Path file) {
        byte[] text = bytes(file);
        var identities = new ArrayList<AgeIdentity>();
        try {
            for (String line : lines(text)) {
                identities.add(AgeKeys.identity(line).orElseThrow(() -> new KeyFileException(file.toString(), line.startsWith("age1")
                        ? "holds a recipient where an identity is wanted (AGE-SECRET-KEY-…)" : "has a line that is no identity of age")));
            }
            if (identities.isEmpty()) {
                throw new KeyFileException(file.toString(), "holds no identity of age (AGE-SECRET-KEY-…)");
            }
            return identities;
        } catch (KeyFileException e) {
            identities.forEach(AgeIdentity::close);
            throw e;
        } finally {
            Arrays.fill(text, (byte) 0);
        }
    }

    /**
     * Reads the recipients of a file.
     *
     * @throws KeyFileException if there is no such file, or a line of it is no recipient
     */
    public static List<AgeRecipient> readRecipients(Path file) {
        List<AgeRecipient> recipients = lines(bytes(file)).stream().map(line -> AgeKeys.recipient(line)
                .orElseThrow(() -> new KeyFileException(file.toString(), "has a line that is no recipient of age (age1…)"))).toList();
        if (recipients.isEmpty()) {
            throw new KeyFileException(file.toString(), "holds no recipient of age (age1…)");
        }
        return recipients;
    }

    /** Writes a new file that only its owner can read. */
    public static void write(Path file, X25519Identity identity) {
        write(file, identity.recipient().toString(), identity.toText());
    }

    /** Writes a new file that only its owner can read. */
    public static void write(Path file, HybridIdentity identity) {
        write(file, identity.recipient().toString(), identity.toText());
    }

    private static void write(Path file, String recipient, String secret) {
        byte[] text = ("# public key: " + recipient + "\n" + secret + "\n").getBytes(StandardCharsets.US_ASCII);
        try {
            WholeFile.create(file, text, WholeFile.ownerOnly(file));
        } catch (FileAlreadyExistsException e) {
            throw new KeyFileException(file.toString(), "already exists and is not overwritten", e);
        } catch (IOException e) {
            throw new KeyFileException(file.toString(), "cannot be written: " + e.getMessage(), e);
        } finally {
            Arrays.fill(text, (byte) 0);
        }
    }

    private static List<String> lines(byte[] text) {
        return new String(text, StandardCharsets.ISO_8859_1).lines().filter(line -> !line.isBlank() && !line.startsWith("#")).toList();
    }

    private static byte[] bytes(Path file) {
        return BoundedFile.read(file, MAX_FILE_BYTES, ", so it is no file of keys", KeyFileException::new);
    }
}
