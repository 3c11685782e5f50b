package dev.lockstep.loader.signing;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;

/** Public keys for ML-DSA-65, by the JDK alone: FIPS 204 in the SubjectPublicKeyInfo of RFC 9881, section 4. */
final class MlDsaPublicKeys {
    /** FIPS 204, table 2. */
    static final int SIGNATURE_BYTES = 3309;

    /** FIPS 204, table 2. */
    static final int RAW_BYTES = 1952;

    /**
     * All of the DER before the raw key: SEQUENCE { SEQUENCE { 2.16.840.1.101.3.4.3.18 }, BIT STRING without unused bits }. The
     * parameters must be absent and every length is fixed, so there is no other encoding.
     */
    private static final byte[] DER_PREFIX = HexFormat.of().parseHex("308207b2300b0609608648016503040312038207a100");

    private MlDsaPublicKeys() {
    }

    /** True for the one encoding of some key for ML-DSA-65. */
    static boolean isCanonical(byte[] der) {
        return der != null && der.length == DER_PREFIX.length + RAW_BYTES
                && Arrays.equals(der, 0, DER_PREFIX.length, DER_PREFIX, 0, DER_PREFIX.length);
    }

    /** @throws IllegalArgumentException unless the bytes are the one encoding of a key */
    static PublicKey parse(byte[] der) {
        if (!isCanonical(der)) {
            throw new IllegalArgumentException("not the DER of a public key for ML-DSA-65, which takes "
                    + (DER_PREFIX.length + RAW_BYTES) + " bytes");
        }
        try {
            return KeyFactory.getInstance("ML-DSA-65").generatePublic(new X509EncodedKeySpec(der));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("the public key does not suit ML-DSA-65", e);
        }
    }

    /** The key of {@value #RAW_BYTES} bytes, encoded as FIPS 204 says (pkEncode). */
    static PublicKey ofRaw(byte[] raw) {
        byte[] der = Arrays.copyOf(DER_PREFIX, DER_PREFIX.length + raw.length);
        System.arraycopy(raw, 0, der, DER_PREFIX.length, raw.length);
        return parse(der);
    }
}
