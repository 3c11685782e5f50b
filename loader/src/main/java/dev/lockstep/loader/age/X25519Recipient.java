package dev.lockstep.loader.age;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** The holder of an X25519 key: {@code age1…}. */
public final class X25519Recipient extends AgeRecipient {
    static final String TYPE = "X25519";
    static final String PREFIX = "age";
    private static final String INFO = "age-encryption.org/v1/X25519";

    private final byte[] publicKey;

    X25519Recipient(byte[] publicKey) {
        this.publicKey = publicKey.clone();
    }

    @Override
    public Label label() {
        return Label.CLASSICAL;
    }

    @Override
    Stanza wrap(byte[] fileKey) {
        byte[] secret = AgeCrypto.random(X25519Keys.BYTES);
        try {
            byte[] share = X25519Keys.publicKey(secret);
            byte[] shared = X25519Keys.shared(secret, publicKey)
                    .orElseThrow(() -> new IllegalArgumentException("the recipient's key is a point of small order; nobody holds it"));
            return new Stanza(List.of(TYPE, Base64Text.encode(share)), AgeCrypto.wrap(wrapKey(shared, share, publicKey), fileKey));
        } finally {
            Arrays.fill(secret, (byte) 0);
        }
    }

    /** The shared secret is overwritten with zeros. */
    static byte[] wrapKey(byte[] shared, byte[] share, byte[] recipient) {
        byte[] salt = Arrays.copyOf(share, share.length + recipient.length);
        System.arraycopy(recipient, 0, salt, share.length, recipient.length);
        try {
            return AgeCrypto.derive(shared, salt, INFO);
        } finally {
            Arrays.fill(shared, (byte) 0);
        }
    }

    /** As recipients are written: {@code age1…}. */
    @Override
    public String toString() {
        return new String(Bech32.encode(PREFIX, publicKey), StandardCharsets.US_ASCII);
    }
}
