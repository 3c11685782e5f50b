package dev.lockstep.loader.age;

import java.util.Optional;

/** Keys of age as text. */
public final class AgeKeys {
    private AgeKeys() {
    }

    /** The recipient that a text names: {@code age1…} or {@code age1pq1…}. */
    public static Optional<AgeRecipient> recipient(String text) {
        Optional<AgeRecipient> classical = Bech32.decode(X25519Recipient.PREFIX, text)
                .filter(key -> key.length == X25519Keys.BYTES && isLowerCase(text)).map(X25519Recipient::new);
        return classical.or(() -> Bech32.decode(HybridRecipient.PREFIX, text)
                .filter(key -> key.length == XWingHpke.PUBLIC_KEY_BYTES && isLowerCase(text)).map(HybridRecipient::new));
    }

    private static boolean isLowerCase(String text) {
        return text.chars().noneMatch(Character::isUpperCase);
    }

    /** The identity that a text holds: {@code AGE-SECRET-KEY-1…} or {@code AGE-SECRET-KEY-PQ-1…}; the caller's to close. */
    public static Optional<AgeIdentity> identity(String text) {
        Optional<AgeIdentity> classical = Bech32.decode(X25519Identity.PREFIX, text)
                .filter(secret -> secret.length == X25519Keys.BYTES).map(X25519Identity::new);
        return classical.or(() -> Bech32.decode(HybridIdentity.PREFIX, text)
                .filter(secret -> secret.length == XWingHpke.SECRET_BYTES).map(HybridIdentity::new));
    }
}
