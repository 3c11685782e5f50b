package dev.lockstep.loader.age;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Keys of age as text. */
public final class AgeKeys {
    private AgeKeys() {
    }

    /** The recipient that a text names: {@code age1…} or {@code age1pq1…}. */
    public static Optional<AgeRecipient> recipient(String text) {
        return recipient(bytes(text));
    }

    static Optional<AgeRecipient> recipient(byte[] text) {
        if (hasUpperCase(text)) {
            return Optional.empty();
        }
        Optional<AgeRecipient> classical = Bech32.decode(X25519Recipient.PREFIX, text)
                .filter(key -> key.length == X25519Keys.BYTES).map(X25519Recipient::new);
        return classical.or(() -> Bech32.decode(HybridRecipient.PREFIX, text)
                .filter(key -> key.length == XWingHpke.PUBLIC_KEY_BYTES).map(HybridRecipient::new));
    }

    private static boolean hasUpperCase(byte[] text) {
        for (byte b : text) {
            if (b >= 'A' && b <= 'Z') {
                return true;
            }
        }
        return false;
    }

    /**
     * The identity that a text holds: {@code AGE-SECRET-KEY-1…} or {@code AGE-SECRET-KEY-PQ-1…}; the caller's to close. A text cannot be
     * overwritten: {@link AgeIdentityFile} makes none.
     */
    public static Optional<AgeIdentity> identity(String text) {
        return identity(bytes(text));
    }

    /** The same; the text is the caller's to overwrite. */
    static Optional<AgeIdentity> identity(byte[] text) {
        Optional<AgeIdentity> classical = Bech32.decode(X25519Identity.PREFIX, text)
                .filter(secret -> secret.length == X25519Keys.BYTES).map(X25519Identity::new);
        return classical.or(() -> Bech32.decode(HybridIdentity.PREFIX, text)
                .filter(secret -> secret.length == XWingHpke.SECRET_BYTES).map(HybridIdentity::new));
    }

    /** What is not ASCII becomes a question mark, which no key contains. */
    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
