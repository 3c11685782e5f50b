package dev.lockstep.loader.signing;

import dev.lockstep.loader.internal.crypto.Sha256;
import dev.lockstep.loader.internal.text.Printable;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.util.Base64;
import java.util.HexFormat;

/**
 * The name of a public key in bundles, policies and logs: the SHA-256 of its PEM text as this library writes it, the
 * {@code hint} of OpenSSF Model Signing. Comments or other line lengths in a key file do not change it.
 *
 * @param hex 64 lower-case hex digits
 */
public record KeyId(String hex) {
    public KeyId {
        if (!HashAlgorithm.SHA_256.isHex(hex)) {
            throw new IllegalArgumentException("a key id is 64 lower-case hex digits, not " + Printable.text(hex));
        }
    }

    /**
     * The id of a key.
     *
     * @throws IllegalArgumentException if the key is of no {@link SigningAlgorithm}
     */
    public static KeyId of(PublicKey key) {
        return new KeyId(HexFormat.of().formatHex(Sha256.of(pem(key))));
    }

    /** The key as PEM text: SubjectPublicKeyInfo, lines of 64 characters, line feeds only. */
    static byte[] pem(PublicKey key) {
        byte[] lineFeed = {'\n'};
        String base64 = Base64.getMimeEncoder(64, lineFeed).encodeToString(SigningAlgorithm.canonical(key).getEncoded());
        return ("-----BEGIN PUBLIC KEY-----\n" + base64 + "\n-----END PUBLIC KEY-----\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    /** All 64 hex digits. */
    @Override
    public String toString() {
        return hex;
    }
}
