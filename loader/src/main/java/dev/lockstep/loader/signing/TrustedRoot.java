package dev.lockstep.loader.signing;

import dev.lockstep.loader.internal.files.BoundedFile;
import dev.lockstep.loader.internal.json.StrictJson;
import dev.lockstep.loader.internal.sigstore.TrustMaterial;
import java.nio.file.Path;

/**
 * The logs and authorities of one sigstore, on whose word the identities of signers are believed: what clients otherwise fetch by TUF,
 * as a file ({@code trusted_root.json}). Immutable.
 *
 * <p>Whoever can change the file decides who has signed. Get it from a place you trust, and keep it as you keep keys.
 */
public final class TrustedRoot {
    /** Believes nobody. */
    public static final TrustedRoot NONE = new TrustedRoot(TrustMaterial.NONE);

    /** Real ones have 10 KB. */
    public static final int MAX_FILE_BYTES = 1 << 20;

    private static final String NO_ROOT = "; no trusted root is";

    private final TrustMaterial material;

    private TrustedRoot(TrustMaterial material) {
        this.material = material;
    }

    /**
     * Reads a trusted root of media type {@code application/vnd.dev.sigstore.trustedroot+json;version=0.1}, or a client trust
     * configuration that contains one.
     *
     * @throws TrustFileException if there is no such file, or it is anything else
     */
    public static TrustedRoot read(Path file) {
        return parse(BoundedFile.read(file, MAX_FILE_BYTES, NO_ROOT, TrustFileException::new), file.toString());
    }

    /**
     * The same from the bytes of a file.
     *
     * @param file what to call it in messages
     * @throws TrustFileException if they are anything else
     */
    public static TrustedRoot parse(byte[] json, String file) {
        if (json.length > MAX_FILE_BYTES) {
            throw new TrustFileException(file, "is larger than " + MAX_FILE_BYTES + " bytes" + NO_ROOT);
        }
        return new TrustedRoot(TrustMaterial.parse(StrictJson.parse(json, file, TrustFileException::new)));
    }

    TrustMaterial material() {
        return material;
    }
}
