package dev.lockstep.loader.age;

import dev.lockstep.loader.age.AgeException.Reason;
import java.util.List;
import java.util.Optional;

/** A post-quantum hybrid secret key: {@code AGE-SECRET-KEY-PQ-1…}. */
public final class HybridIdentity extends AgeIdentity {
    static final String PREFIX = "age-secret-key-pq-";

    private final byte[] publicKey;

    /** @param secret overwritten with zeros: it is kept elsewhere from now on */
    HybridIdentity(byte[] secret) {
        super(secret);
        this.publicKey = withSecret(XWingHpke::publicKey);
    }

    /** Makes a fresh one. */
    public static HybridIdentity generate() {
        return new HybridIdentity(AgeCrypto.random(XWingHpke.SECRET_BYTES));
    }

    @Override
    public HybridRecipient recipient() {
        return new HybridRecipient(publicKey);
    }

    @Override
    Optional<byte[]> unwrap(List<Stanza> stanzas, String file) {
        for (Stanza stanza : stanzas) {
            if (stanza.type().equals(HybridRecipient.TYPE)) {
                byte[] encapsulated = encapsulated(stanza, file);
                Optional<byte[]> fileKey = withSecret(secret -> XWingHpke.open(secret, encapsulated, stanza.body()));
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
        if (encapsulated == null || stanza.body().length != AgeCrypto.WRAPPED_KEY_BYTES) {
            throw new AgeException(Reason.HEADER, file, "has a malformed recipient of the kind " + HybridRecipient.TYPE);
        }
        if (XWingHpke.isLowOrder(encapsulated)) {
            throw new AgeException(Reason.HEADER, file, "has a recipient of the kind " + HybridRecipient.TYPE + " whose point is of small order");
        }
        return encapsulated;
    }

    /** The secret, as identity files hold it; the caller's to overwrite. */
    byte[] toText() {
        return withSecret(secret -> Bech32.encodeUpperCase(PREFIX, secret));
    }

    /** Never shows the secret. */
    @Override
    public String toString() {
        return "HybridIdentity";
    }
}
