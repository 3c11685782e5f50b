package dev.lockstep.guard.audit;

import dev.lockstep.guard.device.DeviceSigner;
import dev.lockstep.guard.internal.crypto.Ed25519;
import dev.lockstep.loader.internal.crypto.Sha256;
import dev.lockstep.loader.internal.files.BoundedFile;
import dev.lockstep.loader.internal.tlog.CanonicalBase64;
import dev.lockstep.loader.internal.tlog.SignedNote;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.PublicKey;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;

/**
 * A public key that verifies signed notes: an Ed25519 key and a name. As a text (C2SP signed-note, "vkey"):
 * {@code name+hash+base64(0x01 || key)}.
 *
 * @param name no spaces, no {@code +}
 * @param raw the key, 32 bytes (RFC 8032)
 */
public record VerifierKey(String name, byte[] raw) {
    /** A name and a key. */
    public static final int MAX_TEXT = 1_000;

    /** Keys of a device since it was bought. */
    static final int MAX_FILE_BYTES = 64 << 10;

    private static final byte ED25519_TYPE = 1;

    public VerifierKey {
        if (!isName(name) || raw.length != Ed25519.KEY_BYTES) {
            throw new IllegalArgumentException("name=" + name + ", bytes=" + raw.length);
        }
        raw = raw.clone();
    }

    private static boolean isName(String name) {
        return !name.isEmpty() && name.codePoints().noneMatch(c -> c == '+' || Character.isWhitespace(c) || Character.isSpaceChar(c)
                || Character.isISOControl(c));
    }

    /** What a device signs with. */
    public static VerifierKey of(DeviceSigner signer) {
        return of(signer.name(), signer.publicKey());
    }

    /** An Ed25519 key. */
    public static VerifierKey of(String name, PublicKey key) {
        return new VerifierKey(name, Ed25519.raw(key).orElseThrow(() ->
                new IllegalArgumentException("algorithm=" + key.getAlgorithm() + " is not " + Ed25519.NAME)));
    }

    /**
     * Reads the text form.
     *
     * @param file where it is from, for messages
     * @throws AuditException if it is none
     */
    public static VerifierKey parse(String text, String file) {
        int nameEnd = text.length() <= MAX_TEXT ? text.indexOf('+') : -1;
        int hashEnd = nameEnd < 0 ? -1 : text.indexOf('+', nameEnd + 1);
        byte[] typed = hashEnd < 0 ? new byte[0] : CanonicalBase64.decode(text.substring(hashEnd + 1)).orElse(new byte[0]);
        if (typed.length != 1 + Ed25519.KEY_BYTES || typed[0] != ED25519_TYPE || !isName(text.substring(0, nameEnd))) {
            throw new AuditException(file, "is no verifier key: name+hash+key, of the type Ed25519");
        }
        var key = new VerifierKey(text.substring(0, nameEnd), Arrays.copyOfRange(typed, 1, typed.length));
        if (!key.text().equals(text) || Ed25519.publicKey(key.raw).isEmpty()) {
            throw new AuditException(file, "is a verifier key with another hash than its name and key have, or its key is none");
        }
        return key;
    }

    /**
     * Reads a file of them, one a line.
     *
     * @throws AuditException if it cannot be read, or a line is none
     */
    public static List<VerifierKey> read(Path file) {
        return parseAll(BoundedFile.read(file, MAX_FILE_BYTES, ", so it holds no verifier keys", AuditException::new), file);
    }

    private static List<VerifierKey> parseAll(byte[] bytes, Path file) {
        List<VerifierKey> keys = new String(bytes, StandardCharsets.UTF_8).lines().map(line -> parse(line, file.toString())).toList();
        if (keys.isEmpty()) {
            throw new AuditException(file.toString(), "holds no verifier keys");
        }
        return keys;
    }

    /** Those that lie beside a log. They tell whether it fits together, not whether it is the device's: whoever changes a log can change them. */
    public static List<VerifierKey> besideLog(Path folder) {
        Path file = new LogFolder(folder).verifierKeys();
        return parseAll(PublicFile.read(file, MAX_FILE_BYTES), file);
    }

    /** First bytes of a hash, by which notes tell keys of one name apart. */
    byte[] id() {
        var hash = Sha256.start();
        hash.update((name + '\n').getBytes(StandardCharsets.UTF_8));
        hash.update(ED25519_TYPE);
        return Arrays.copyOf(hash.digest(raw), SignedNote.KEY_ID_BYTES);
    }

    /** True if this key signed the note. */
    boolean hasSigned(SignedNote note) {
        return Ed25519.publicKey(raw).filter(key -> note.isSignedBy(name, id(), (text, signature) -> Ed25519.verify(key, text, signature)))
                .isPresent();
    }

    /** The text form. */
    public String text() {
        byte[] typed = new byte[1 + Ed25519.KEY_BYTES];
        typed[0] = ED25519_TYPE;
        System.arraycopy(raw, 0, typed, 1, Ed25519.KEY_BYTES);
        return name + '+' + HexFormat.of().formatHex(id()) + '+' + Base64.getEncoder().encodeToString(typed);
    }

    @Override
    public byte[] raw() {
        return raw.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof VerifierKey key && text().equals(key.text());
    }

    @Override
    public int hashCode() {
        return text().hashCode();
    }

    @Override
    public String toString() {
        return text();
    }
}
