package dev.lockstep.loader.age;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** The holder of a post-quantum hybrid key: {@code age1pq1…}, some 2,000 characters long. */
public final class HybridRecipient extends AgeRecipient {
    static final String TYPE = "mlkem768x25519";
    static final String PREFIX = "age1pq";

    private final byte[] publicKey;

    HybridRecipient(byte[] publicKey) {
        this.publicKey = publicKey.clone();
    }

    @Override
    public Label label() {
        return Label.POST_QUANTUM;
    }

    @Override
    Stanza wrap(byte[] fileKey) {
        XWingHpke.Sealed sealed = XWingHpke.seal(publicKey, fileKey);
        return new Stanza(List.of(TYPE, Base64Text.encode(sealed.encapsulated())), sealed.text());
    }

    /** As recipients are written: {@code age1pq1…}. */
    @Override
    public String toString() {
        return new String(Bech32.encode(PREFIX, publicKey), StandardCharsets.US_ASCII);
    }
}
