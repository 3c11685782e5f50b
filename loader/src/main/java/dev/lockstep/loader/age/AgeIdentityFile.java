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
import java.util.function.Consumer;

/**
 * Files that hold keys of age, one on a line; empty lines and those that begin with {@code #} are comments. What age's own tools write
 * is read, and the other way round.
 */
public final class AgeIdentityFile {
    /** Room for hundreds of post-quantum recipients. */
    public static final int MAX_FILE_BYTES = 1 << 20;

    private static final String RECIPIENT = "age1";

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
            forEachKey(text, key -> identities.add(AgeKeys.identity(key).orElseThrow(() -> new KeyFileException(file.toString(), isRecipient(key)
                    ? "holds a recipient where an identity is wanted (AGE-SECRET-KEY-…)" : "has a line that is no identity of age"))));
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

    private static boolean isRecipient(byte[] line) {
        return new String(line, 0, Math.min(line.length, RECIPIENT.length()), StandardCharsets.ISO_8859_1).equals(RECIPIENT);
    }

    /**
     * Reads the recipients of a file.
     *
     * @throws KeyFileException if there is no such file, or a line of it is no recipient
     */
    public static List<AgeRecipient> readRecipients(Path file) {
        byte[] text = bytes(file);
        var recipients = new ArrayList<AgeRecipient>();
        try {
            forEachKey(text, key -> recipients.add(AgeKeys.recipient(key)
                    .orElseThrow(() -> new KeyFileException(file.toString(), "has a line that is no recipient of age (age1…)"))));
        } finally {
            // somebody may have taken the wrong file
            Arrays.fill(text, (byte) 0);
        }
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

    private static void write(Path file, String recipient, byte[] secret) {
        byte[] comment = ("# public key: " + recipient + "\n").getBytes(StandardCharsets.US_ASCII);
        byte[] text = Arrays.copyOf(comment, comment.length + secret.length + 1);
        System.arraycopy(secret, 0, text, comment.length, secret.length);
        text[text.length - 1] = '\n';
        Arrays.fill(secret, (byte) 0);
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

    /** Lines end with a line feed, a carriage return or both. Each is a copy that is overwritten: a {@code String} could not be. */
    private static void forEachKey(byte[] text, Consumer<byte[]> action) {
        int start = 0;
        for (int end = 0; end <= text.length; end++) {
            if (end == text.length || text[end] == '\n' || text[end] == '\r') {
                byte[] line = Arrays.copyOfRange(text, start, end);
                start = end + 1;
                try {
                    if (!isBlank(line) && line[0] != '#') {
                        action.accept(line);
                    }
                } finally {
                    Arrays.fill(line, (byte) 0);
                }
            }
        }
    }

    private static boolean isBlank(byte[] line) {
        for (byte b : line) {
            if (!Character.isWhitespace(Byte.toUnsignedInt(b))) {
                return false;
            }
        }
        return true;
    }

    private static byte[] bytes(Path file) {
        return BoundedFile.read(file, MAX_FILE_BYTES, ", so it is no file of keys", KeyFileException::new);
    }
}
