package dev.lockstep.loader.internal.tlog;

import dev.lockstep.loader.internal.json.StrictJson.Faults;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.function.BiPredicate;
import java.util.stream.Stream;

/**
 * A text with signatures below it: C2SP signed-note v1.
 *
 * @param text what is signed, with its last line feed
 * @param signatures the lines below it
 */
public record SignedNote(String text, List<String> signatures) {
    /** A checkpoint has some 150 characters, a signature 150 more; each witness adds one, up to 7,000 of those after quantum computers. */
    public static final int MAX_CHARS = 128 << 10;

    /** By which to guess the key of a signature, before it. */
    public static final int KEY_ID_BYTES = 4;

    /** Begins the line of a signature. */
    public static final String SIGNATURE_PREFIX = "— ";

    private static final String TEXT_END = "\n\n";

    public SignedNote {
        signatures = List.copyOf(signatures);
    }

    /**
     * Reads a note.
     *
     * @param file where it is from, for messages
     */
    public static SignedNote parse(String note, String file, Faults faults) {
        if (note.length() > MAX_CHARS) {
            throw faults.fault(file, "is longer than " + MAX_CHARS + " characters; no signed note of a log is", null);
        }
        int textEnd = note.lastIndexOf(TEXT_END);
        boolean printable = note.chars().allMatch(c -> c == '\n' || c >= ' ');
        if (textEnd < 0 || !note.endsWith("\n") || !printable) {
            throw faults.fault(file, "is no signed note", null);
        }
        List<String> signatures = note.substring(textEnd + TEXT_END.length()).lines().toList();
        if (signatures.isEmpty() || !signatures.stream().allMatch(line -> line.startsWith(SIGNATURE_PREFIX))) {
            throw faults.fault(file, "is no signed note: below its text are other lines than signatures", null);
        }
        return new SignedNote(note.substring(0, textEnd + 1), signatures);
    }

    /** A note with one signature. */
    public static SignedNote of(String text, String keyName, byte[] keyId, byte[] signature) {
        byte[] bytes = Arrays.copyOf(keyId, KEY_ID_BYTES + signature.length);
        System.arraycopy(signature, 0, bytes, KEY_ID_BYTES, signature.length);
        return new SignedNote(text, List.of(SIGNATURE_PREFIX + keyName + ' ' + Base64.getEncoder().encodeToString(bytes)));
    }

    /**
     * True if a key has signed this. Signatures of other keys (witnesses) prove nothing here, and are ignored; one that claims to be of
     * this key and is not spoils the note.
     *
     * @param keyId at least {@value #KEY_ID_BYTES} bytes, of which the first are compared
     * @param verifier whether a message (first) has a signature (second) of the key
     */
    public boolean isSignedBy(String keyName, byte[] keyId, BiPredicate<byte[], byte[]> verifier) {
        byte[] signed = text.getBytes(StandardCharsets.UTF_8);
        List<byte[]> claimed = signaturesOf(keyName, Arrays.copyOf(keyId, KEY_ID_BYTES)).toList();
        return !claimed.isEmpty() && claimed.stream().allMatch(signature -> verifier.test(signed, signature));
    }

    private Stream<byte[]> signaturesOf(String keyName, byte[] keyId) {
        String prefix = SIGNATURE_PREFIX + keyName + ' ';
        return signatures.stream()
                .filter(line -> line.startsWith(prefix))
                .flatMap(line -> CanonicalBase64.decode(line.substring(prefix.length())).stream())
                .filter(bytes -> bytes.length > KEY_ID_BYTES && Arrays.equals(keyId, Arrays.copyOf(bytes, KEY_ID_BYTES)))
                .map(bytes -> Arrays.copyOfRange(bytes, KEY_ID_BYTES, bytes.length));
    }

    /** The whole note, as it is stored and sent. */
    @Override
    public String toString() {
        return text + '\n' + String.join("\n", signatures) + '\n';
    }
}
