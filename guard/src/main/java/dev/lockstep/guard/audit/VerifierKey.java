package dev.lockstep.guard.audit;

import dev.lockstep.guard.device.DeviceSigner;
import dev.lockstep.loader.internal.crypto.JcaSignature;
import dev.lockstep.loader.internal.crypto.Sha256;
import dev.lockstep.loader.internal.files.BoundedFile;
import dev.lockstep.loader.internal.tlog.CanonicalBase64;
import dev.lockstep.loader.internal.tlog.SignedNote;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
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
    private static final int MAX_FILE_BYTES = 64 << 10;

    private static final String ALGORITHM = "Ed25519";
    private static final byte ED25519_TYPE = 1;
    private static final int RAW_BYTES = 32;

    /** What comes before the key in its X.509 encoding: RFC 8410, section 4. */
    private static final byte[] SPKI_PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");

    public VerifierKey {
        if (!isName(name) || raw.length != RAW_BYTES) {
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
        byte[] spki = key.getEncoded();
        if (spki.length != SPKI_PREFIX.length + RAW_BYTES || !Arrays.equals(SPKI_PREFIX, Arrays.copyOf(spki, SPKI_PREFIX.length))) {
            throw new IllegalArgumentException("algorithm=" + key.getAlgorithm() + " is not " + ALGORITHM);
        }
        return new VerifierKey(name, Arrays.copyOfRange(spki, SPKI_PREFIX.length, spki.length));
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
        if (typed.length != 1 + RAW_BYTES || typed[0] != ED25519_TYPE || !isName(text.substring(0, nameEnd))) {
            throw new AuditException(file, "is no verifier key: name+hash+key, of the type Ed25519");
        }
        var key = new VerifierKey(text.substring(0, nameEnd), Arrays.copyOfRange(typed, 1, typed.length));
        if (!key.text().equals(text) || !key.isPoint()) {
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
        byte[] bytes = BoundedFile.read(file, MAX_FILE_BYTES, ", so it holds no verifier keys", AuditException::new);
        List<VerifierKey> keys = new String(bytes, StandardCharsets.UTF_8).lines().map(line -> parse(line, file.toString())).toList();
        if (keys.isEmpty()) {
            throw new AuditException(file.toString(), "holds no verifier keys");
        }
        return keys;
    }

    /** Those that lie beside a log. They tell whether it fits together, not whether it is the device's: whoever changes a log can change them. */
    public static List<VerifierKey> besideLog(Path folder) {
        return read(new LogFolder(folder).verifierKeys());
    }

    private boolean isPoint() {
        try {
            Signature.getInstance(ALGORITHM).initVerify(publicKey());
            return true;
        } catch (InvalidKeyException e) {
            return false;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime has no " + ALGORITHM, e);
        }
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
        PublicKey key = publicKey();
        return note.isSignedBy(name, id(), (text, signature) -> JcaSignature.verify(key, ALGORITHM, text, signature));
    }

    private PublicKey publicKey() {
        byte[] spki = Arrays.copyOf(SPKI_PREFIX, SPKI_PREFIX.length + RAW_BYTES);
        System.arraycopy(raw, 0, spki, SPKI_PREFIX.length, RAW_BYTES);
        try {
            return KeyFactory.getInstance(ALGORITHM).generatePublic(new X509EncodedKeySpec(spki));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime has no " + ALGORITHM, e);
        }
    }

    /** The text form. */
    public String text() {
        byte[] typed = new byte[1 + RAW_BYTES];
        typed[0] = ED25519_TYPE;
        System.arraycopy(raw, 0, typed, 1, RAW_BYTES);
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
