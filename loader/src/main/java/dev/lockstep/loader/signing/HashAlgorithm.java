package dev.lockstep.loader.signing;

import dev.lockstep.loader.internal.crypto.Sha256;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;
import org.bouncycastle.jcajce.provider.digest.Blake2b;
import org.bouncycastle.jcajce.provider.digest.Blake3;

/** The hashes that OMS v1.0 allows for files. The digest over their digests is SHA-256 with all of them. */
public enum HashAlgorithm {
    SHA_256("sha256", 32),
    /** With 512 bits. */
    BLAKE2B("blake2b", 64),
    /** With 256 bits. */
    BLAKE3("blake3", 32);

    private final String omsName;
    private final int bytes;

    HashAlgorithm(String omsName, int bytes) {
        this.omsName = omsName;
        this.bytes = bytes;
    }

    /** The algorithm that statements call so. */
    public static Optional<HashAlgorithm> named(String omsName) {
        return Arrays.stream(values()).filter(algorithm -> algorithm.omsName.equals(omsName)).findFirst();
    }

    /** What statements call it. */
    public String omsName() {
        return omsName;
    }

    /** Bytes of a digest. */
    public int bytes() {
        return bytes;
    }

    MessageDigest start() {
        return switch (this) {
            case SHA_256 -> Sha256.start();
            // the classes themselves: nobody has to register a provider
            case BLAKE2B -> new Blake2b.Blake2b512();
            case BLAKE3 -> new Blake3.Blake3_256();
        };
    }

    /** True for lower-case hex digits of the right number: the one spelling of a digest that is accepted. */
    public boolean isHex(String text) {
        return text.length() == 2 * bytes && text.chars().allMatch(c -> c >= '0' && c <= '9' || c >= 'a' && c <= 'f');
    }
}
