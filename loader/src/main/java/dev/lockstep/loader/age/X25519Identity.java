package dev.lockstep.loader.age;

import dev.lockstep.loader.age.AgeException.Reason;
import java.util.List;
import java.util.Optional;

/** An X25519 secret key: {@code AGE-SECRET-KEY-1…}. */
public final class X25519Identity extends AgeIdentity {
    static final String PREFIX = "age-secret-key-";

    private final byte[] publicKey;

    /** @param secret overwritten with zeros: it is kept elsewhere from now on */
    X25519Identity(byte[] secret) {
        super(secret);
        this.publicKey = withSecret(X25519Keys::publicKey);
    }

    /** Makes a fresh one. */
    public static X25519Identity generate() {
        return new X25519Identity(AgeCrypto.random(X25519Keys.BYTES));
    }

    @Override
    public X25519Recipient recipient() {
        return new X25519Recipient(publicKey);
    }

    @Override
    Optional<byte[]> unwrap(List<Stanza> stanzas, String file) {
        for (Stanza stanza : stanzas) {
            if (stanza.type().equals(X25519Recipient.TYPE)) {
                Optional<byte[]> fileKey = unwrap(stanza, file);
                if (fileKey.isPresent()) {
                    return fileKey;
                }
            }
        }
        return Optional.empty();
    }

    private Optional<byte[]> unwrap(Stanza stanza, String file) {
        byte[] share = stanza.has(2)
                ? Base64Text.decode(stanza.arguments().get(1)).filter(bytes -> bytes.length == X25519Keys.BYTES).orElse(null)
                : null;
        if (share == null || stanza.body().length != AgeCrypto.WRAPPED_KEY_BYTES) {
            throw new AgeException(Reason.HEADER, file, "has a malformed recipient of the kind X25519");
        }
        byte[] shared = withSecret(secret -> X25519Keys.shared(secret, share))
                .orElseThrow(() -> new AgeException(Reason.HEADER, file, "has a recipient of the kind X25519 whose point is of small order"));
        return AgeCrypto.unwrap(X25519Recipient.wrapKey(shared, share, publicKey), stanza.body());
    }

    /** The secret, as identity files hold it; the caller's to overwrite. */
    byte[] toText() {
        return withSecret(secret -> Bech32.encodeUpperCase(PREFIX, secret));
    }

    /** Never shows the secret. */
    @Override
    public String toString() {
        return "X25519Identity[" + recipient() + ']';
    }
}
