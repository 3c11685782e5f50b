package dev.lockstep.loader.internal.tlog;

import dev.lockstep.loader.internal.json.StrictJson.Faults;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * What a log says about itself: how many entries it has, and the root of the tree over them. C2SP tlog-checkpoint v1. It is worth what its
 * {@link #note} is signed with.
 *
 * @param origin which log it is
 * @param size number of entries
 * @param root of the tree over them
 */
public record Checkpoint(SignedNote note, String origin, long size, byte[] root) {
    private static final int MIN_LINES = 3;

    /** Of {@code Long.MAX_VALUE}. */
    private static final int MAX_SIZE_DIGITS = 19;

    /** Reads a checkpoint; its signatures are not verified. */
    public static Checkpoint parse(String text, String file, Faults faults) {
        SignedNote note = SignedNote.parse(text, file, faults);
        List<String> lines = note.text().lines().toList();
        if (lines.size() < MIN_LINES || lines.contains("")) {
            throw faults.fault(file, "is no signed note of a log's size and root", null);
        }
        byte[] root = CanonicalBase64.decode(lines.get(2)).filter(bytes -> bytes.length == MerkleTree.HASH_BYTES)
                .orElseThrow(() -> faults.fault(file, "has a root that is no SHA-256 in base64", null));
        long size = size(lines.get(1)).orElseThrow(() -> faults.fault(file, "has a size that is no whole number", null));
        return new Checkpoint(note, lines.get(0), size, root);
    }

    /** The one way to write a number: digits, without zeros before it. */
    public static Optional<Long> size(String digits) {
        boolean wellFormed = !digits.isEmpty() && digits.length() <= MAX_SIZE_DIGITS && digits.chars().allMatch(c -> c >= '0' && c <= '9')
                && (digits.length() == 1 || digits.charAt(0) != '0');
        try {
            return wellFormed ? Optional.of(Long.parseLong(digits)) : Optional.empty();
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** The text that a log signs. */
    public static String text(String origin, long size, byte[] root) {
        return origin + '\n' + size + '\n' + Base64.getEncoder().encodeToString(root) + '\n';
    }
}
