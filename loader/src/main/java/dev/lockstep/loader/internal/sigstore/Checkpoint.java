package dev.lockstep.loader.internal.sigstore;

import dev.lockstep.loader.signing.ModelSignatureException;
import dev.lockstep.loader.signing.ModelSignatureException.Reason;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a log says about itself, signed: how many entries it has, and the root of the tree over them. The format is C2SP's
 * tlog-checkpoint in a signed-note.
 *
 * @param text the signed text, with its last line feed
 * @param origin which log it is
 * @param rootHash base64
 * @param signatures the lines below the text
 */
record Checkpoint(String text, String origin, String treeSize, String rootHash, List<String> signatures) {
    /** The text has some 150 bytes, a signature 150 more; each witness adds one. */
    static final int MAX_CHARS = 16 << 10;

    /** A hash by which to guess the key of a signature, before it. */
    private static final int KEY_HINT_BYTES = 4;

    private static final String SIGNATURE_PREFIX = "— ";
    private static final String TEXT_END = "\n\n";
    private static final int MIN_LINES = 3;

    static Checkpoint parse(String note, String file) {
        if (note.length() > MAX_CHARS) {
            throw invalid(file, "is longer than " + MAX_CHARS + " characters; no signed note of a log is");
        }
        int textEnd = note.lastIndexOf(TEXT_END);
        boolean printable = note.chars().allMatch(c -> c == '\n' || c >= ' ');
        if (textEnd < 0 || !note.endsWith("\n") || !printable) {
            throw invalid(file, "is no signed note");
        }
        String text = note.substring(0, textEnd + 1);
        List<String> lines = text.lines().toList();
        List<String> signatures = note.substring(textEnd + TEXT_END.length()).lines().toList();
        if (lines.size() < MIN_LINES || lines.contains("") || !signatures.stream().allMatch(line -> line.startsWith(SIGNATURE_PREFIX))) {
            throw invalid(file, "is no signed note of a log's size and root");
        }
        return new Checkpoint(text, lines.get(0), lines.get(1), lines.get(2), signatures);
    }

    /**
     * Requires that the log signed this. Its name must be that of the log: rekor.sigstore.dev calls itself {@code rekor.sigstore.dev -
     * 1193050959916656506}, so the origin is the host of the log's address, or begins with it, a space, and more. Signatures of others
     * (witnesses) prove nothing here, and are ignored.
     */
    void requireSignedBy(TransparencyLog log, String file) {
        if (!origin.equals(log.host()) && !origin.startsWith(log.host() + ' ')) {
            throw invalid(file, "is of the log \"" + origin + "\", not of " + log.host());
        }
        byte[] signed = text.getBytes(StandardCharsets.UTF_8);
        if (signaturesOf(log).noneMatch(signature -> log.key().verify(signed, signature))) {
            throw invalid(file, "is not signed with the key of " + log.host());
        }
    }

    private Stream<byte[]> signaturesOf(TransparencyLog log) {
        String prefix = SIGNATURE_PREFIX + log.host() + ' ';
        byte[] hint = Arrays.copyOf(log.id(), KEY_HINT_BYTES);
        return signatures.stream()
                .filter(line -> line.startsWith(prefix))
                .flatMap(line -> decode(line.substring(prefix.length())))
                .filter(bytes -> bytes.length > KEY_HINT_BYTES && Arrays.equals(hint, Arrays.copyOf(bytes, KEY_HINT_BYTES)))
                .map(bytes -> Arrays.copyOfRange(bytes, KEY_HINT_BYTES, bytes.length));
    }

    /** Only the one encoding that base64 has for bytes; the JDK's decoder forgives missing padding and stray bits. */
    private static Stream<byte[]> decode(String base64) {
        try {
            byte[] bytes = Base64.getDecoder().decode(base64);
            return Stream.of(bytes).filter(_ -> Base64.getEncoder().encodeToString(bytes).equals(base64));
        } catch (IllegalArgumentException e) {
            return Stream.empty();
        }
    }

    /** Requires that this is about a certain tree. */
    void requireTree(long size, byte[] root, String file) {
        if (!treeSize.equals(Long.toString(size))) {
            throw invalid(file, "is of a tree of " + treeSize + " entries, the proof of one of " + size);
        }
        if (!rootHash.equals(Base64.getEncoder().encodeToString(root))) {
            throw invalid(file, "has another root than the proof");
        }
    }

    private static ModelSignatureException invalid(String file, String problem) {
        return new ModelSignatureException(Reason.LOG_ENTRY_INVALID, file, "the checkpoint of the log entry " + problem);
    }
}
