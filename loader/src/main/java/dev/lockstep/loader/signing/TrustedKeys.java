package dev.lockstep.loader.signing;

import dev.lockstep.loader.internal.text.Printable;
import java.security.PublicKey;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The public keys whose signatures count. Immutable; an empty set trusts nobody.
 *
 * @param keys the keys, in the order given
 */
public record TrustedKeys(List<PublicKey> keys) {
    /** Trusts nobody. */
    public static final TrustedKeys NONE = new TrustedKeys(List.of());

    /** @throws IllegalArgumentException if a key is of no {@link SigningAlgorithm} */
    public TrustedKeys {
        keys = keys.stream().map(SigningAlgorithm::canonical).toList();
    }

    public static TrustedKeys of(PublicKey... keys) {
        return new TrustedKeys(Arrays.asList(keys));
    }

    /** The key whose {@link KeyId} is this text. */
    public Optional<PublicKey> byHint(String hint) {
        return keys.stream().filter(key -> KeyId.of(key).hex().equals(hint)).findFirst();
    }

    /**
     * The keys that a bundle may mean: the ones with this id and this encoding (PEM text or DER), as far as it states
     * them. A key inside a bundle is only ever compared with the trusted ones, never parsed, and never trusted because
     * it is there.
     */
    List<PublicKey> candidates(Optional<String> hint, Optional<byte[]> encoded) {
        return keys.stream()
                .filter(key -> hint.isEmpty() || KeyId.of(key).hex().equals(hint.get()))
                .filter(key -> encoded.isEmpty() || isEncodingOf(key, encoded.get()))
                .toList();
    }

    private static boolean isEncodingOf(PublicKey key, byte[] pemOrDer) {
        return Arrays.equals(pemOrDer, KeyId.pem(key)) || Arrays.equals(pemOrDer, key.getEncoded());
    }

    /** {@code trusted: "e845…"}, for messages. */
    String describe() {
        if (keys.isEmpty()) {
            return "no key is trusted";
        }
        return "trusted: " + Printable.list(keys.stream().map(key -> KeyId.of(key).hex()).toList());
    }
}
