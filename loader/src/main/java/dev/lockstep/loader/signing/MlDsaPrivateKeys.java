package dev.lockstep.loader.signing;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.ASN1TaggedObject;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.crypto.params.MLDSAParameters;
import org.bouncycastle.crypto.params.MLDSAPrivateKeyParameters;

/**
 * Private keys for ML-DSA-65 in PKCS#8. RFC 9881, section 6, has three forms: the seed, the expanded key, and both. All are read;
 * JDK 25 knows the expanded key only, so BouncyCastle expands seeds and computes public keys, neither of which the JDK does from
 * outside. What comes out are keys of the JDK.
 *
 * <p>A damaged expanded key can still have its public key: that the two belong together shows when a signature is verified, which
 * signing does before anything is written.
 */
final class MlDsaPrivateKeys {
    /** FIPS 204, algorithm 6. */
    private static final int SEED_BYTES = 32;

    /** FIPS 204, table 2. */
    private static final int EXPANDED_BYTES = 4032;

    private static final AlgorithmIdentifier ALGORITHM = new AlgorithmIdentifier(NISTObjectIdentifiers.id_ml_dsa_65);

    private MlDsaPrivateKeys() {
    }

    /** @throws IllegalArgumentException if the key is in none of the three forms, or its parts contradict each other */
    static KeyPair read(PrivateKeyInfo info) throws IOException, GeneralSecurityException {
        require(info.getPrivateKeyAlgorithm().getParameters() == null, "the algorithm has parameters, which ML-DSA-65 has not");
        byte[] expanded = expanded(info.parsePrivateKey());
        try {
            KeyPair keys = keyPair(expanded);
            require(!info.hasPublicKey() || Arrays.equals(info.getPublicKeyData().getOctets(), raw(keys.getPublic())),
                    "the public key inside does not belong to the private key");
            return keys;
        } finally {
            Arrays.fill(expanded, (byte) 0);
        }
    }

    /** The public key of a private one of any provider that encodes it. */
    static PublicKey publicKey(PrivateKey key) throws IOException, GeneralSecurityException {
        return withEncoded(key, info -> read(info).getPublic());
    }

    /**
     * A private key as it is written: the expanded key. The seed would be shorter, but JDK 25 reads nothing else, and BouncyCastle
     * and OpenSSL read this form too.
     */
    static PrivateKeyInfo encode(PrivateKey key) throws IOException, GeneralSecurityException {
        return withEncoded(key, info -> {
            byte[] expanded = expanded(info.parsePrivateKey());
            try {
                return pkcs8(expanded);
            } finally {
                Arrays.fill(expanded, (byte) 0);
            }
        });
    }

    private interface Reader<T> {
        T read(PrivateKeyInfo info) throws IOException, GeneralSecurityException;
    }

    private static <T> T withEncoded(PrivateKey key, Reader<T> reader) throws IOException, GeneralSecurityException {
        byte[] encoded = key.getEncoded();
        try {
            PrivateKeyInfo info = PrivateKeyInfo.getInstance(encoded);
            require(info != null && info.getPrivateKeyAlgorithm().equals(ALGORITHM), "the private key is not one for ML-DSA-65");
            return reader.read(info);
        } finally {
            if (encoded != null) {
                Arrays.fill(encoded, (byte) 0);
            }
        }
    }

    /** The caller clears the array. BouncyCastle tells seed and expanded key by their length, a file tells them by their tag. */
    private static byte[] expanded(ASN1Encodable form) {
        return switch (form) {
            case ASN1OctetString expanded -> exactly(EXPANDED_BYTES, expanded).clone();
            case ASN1TaggedObject seed when seed.hasContextTag(0) ->
                expand(exactly(SEED_BYTES, ASN1OctetString.getInstance(seed, false)));
            case ASN1Sequence both when both.size() == 2 -> agreed(
                    expand(exactly(SEED_BYTES, ASN1OctetString.getInstance(both.getObjectAt(0)))),
                    exactly(EXPANDED_BYTES, ASN1OctetString.getInstance(both.getObjectAt(1))));
            default -> throw new IllegalArgumentException("the private key is neither a seed nor an expanded key nor both");
        };
    }

    private static byte[] exactly(int bytes, ASN1OctetString string) {
        require(string.getOctetsLength() == bytes, "a part of the private key is not " + bytes + " bytes long");
        return string.getOctets();
    }

    private static byte[] agreed(byte[] fromSeed, byte[] stated) {
        if (!MessageDigest.isEqual(fromSeed, stated)) {
            Arrays.fill(fromSeed, (byte) 0);
            throw new IllegalArgumentException("the seed and the expanded key are not of the same key");
        }
        return fromSeed;
    }

    private static byte[] expand(byte[] seed) {
        var key = new MLDSAPrivateKeyParameters(MLDSAParameters.ml_dsa_65, seed);
        try {
            return key.getEncoded();
        } finally {
            key.destroy();
        }
    }

    private static KeyPair keyPair(byte[] expanded) throws IOException, GeneralSecurityException {
        var key = new MLDSAPrivateKeyParameters(MLDSAParameters.ml_dsa_65, expanded);
        byte[] encoded = pkcs8(expanded).getEncoded();
        try {
            return new KeyPair(MlDsaPublicKeys.ofRaw(key.getPublicKey()),
                    KeyFactory.getInstance("ML-DSA-65").generatePrivate(new PKCS8EncodedKeySpec(encoded)));
        } finally {
            key.destroy();
            Arrays.fill(encoded, (byte) 0);
        }
    }

    private static PrivateKeyInfo pkcs8(byte[] expanded) throws IOException {
        return new PrivateKeyInfo(ALGORITHM, new DEROctetString(expanded));
    }

    private static byte[] raw(PublicKey key) {
        byte[] der = key.getEncoded();
        return Arrays.copyOfRange(der, der.length - MlDsaPublicKeys.RAW_BYTES, der.length);
    }

    private static void require(boolean holds, String problem) {
        if (!holds) {
            throw new IllegalArgumentException(problem);
        }
    }
}
