package dev.lockstep.loader.age;

import dev.lockstep.loader.age.AgeException.Reason;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** A post-quantum hybrid secret key: {@code AGE-SECRET-KEY-PQ-1…}. */
public final class HybridIdentity extends AgeIdentity {
    static final String PREFIX = "age-secret-key-pq-";
    private static final int BODY_BYTES = AgeCrypto.FILE_KEY_BYTES + AgeCrypto.TAG_BYTES;

    private final byte[] secret;
    private final byte[] publicKey;

    HybridIdentity(byte[] secret) {
        this.secret = secret.clone();
        this.publicKey = XWingHpke.publicKey(secret);
    }

    /** Makes a fresh one. */
    public static HybridIdentity generate() {
        byte[] secret = new byte[XWingHpke.SECRET_BYTES];
        new SecureRandom().nextBytes(secret);
        try {
            return new HybridIdentity(secret);
        } finally {
            Arrays.fill(secret, (byte) 0);
        }
    }

    @Override
    public HybridRecipient recipient() {
        return new HybridRecipient(publicKey);
    }

    @Override
    Optional<byte[]> unwrap(List<Stanza> stanzas, String file) {
        for (Stanza stanza : stanzas) {
            if (stanza.type().equals(HybridRecipient.TYPE)) {
                Optional<byte[]> fileKey = XWingHpke.open(secret, encapsulated(stanza, file), stanza.body());
                if (fileKey.isPresent()) {
                    return fileKey;
                }
            }
        }
        return Optional.empty();
    }

    private static byte[] encapsulated(Stanza stanza, String file) {
        byte[] encapsulated = stanza.has(2)
                ? Base64Text.decode(stanza.arguments().get(1)).filter(bytes -> bytes.length == XWingHpke.ENCAPSULATED_BYTES).orElse(null)
                : null;
        if (encapsulated == null || stanza.body().length != BODY_BYTES) {
            throw new AgeException(Reason.HEADER, file, "has a malformed recipient of the kind " + HybridRecipient.TYPE);
        }
        if (XWingHpke.isLowOrder(encapsulated)) {
            throw new AgeException(Reason.HEADER, file, "has a recipient of the kind " + HybridRecipient.TYPE + " whose point is of small order");
        }
        return encapsulated;
    }

    /** The secret, as identity files hold it. */
    String toText() {
        return Bech32.encode(PREFIX, secret).toUpperCase(Locale.ROOT);
    }

    @Override
    byte[] macSecret(byte[] salt) {
        return secret.clone();
    }

    @Override
    void overwrite() {
        Arrays.fill(secret, (byte) 0);
    }

    /** Never shows the secret. */
    @Override
    public String toString() {
        return "HybridIdentity";
    }
}
