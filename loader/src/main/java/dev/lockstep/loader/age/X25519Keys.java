package dev.lockstep.loader.age;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.interfaces.XECPublicKey;
import java.security.spec.NamedParameterSpec;
import java.security.spec.XECPrivateKeySpec;
import java.security.spec.XECPublicKeySpec;
import java.util.Optional;
import javax.crypto.KeyAgreement;

/** The function X25519 of RFC 7748, section 5, on bytes. */
final class X25519Keys {
    static final int BYTES = 32;
    private static final byte[] BASE_POINT = new byte[BYTES];

    static {
        BASE_POINT[0] = 9;
    }

    private X25519Keys() {
    }

    /** The public key of a secret one. */
    static byte[] publicKey(byte[] secret) {
        return shared(secret, BASE_POINT).orElseThrow(() -> new IllegalStateException("no secret leads from the base point to zero"));
    }

    /** What two share; nothing if it is zero, which says that the point is of small order. */
    static Optional<byte[]> shared(byte[] secret, byte[] point) {
        try {
            var agreement = KeyAgreement.getInstance("X25519");
            agreement.init(privateKey(secret));
            agreement.doPhase(publicKeyOf(point), true);
            return Optional.of(agreement.generateSecret());
        } catch (InvalidKeyException e) {
            return Optional.empty();
        } catch (GeneralSecurityException e) {
            throw AgeCrypto.missing("X25519", e);
        }
    }

    private static PrivateKey privateKey(byte[] secret) throws GeneralSecurityException {
        return KeyFactory.getInstance("X25519").generatePrivate(new XECPrivateKeySpec(NamedParameterSpec.X25519, secret));
    }

    /** Little-endian; the highest bit is not looked at. */
    private static PublicKey publicKeyOf(byte[] point) throws GeneralSecurityException {
        byte[] bigEndian = new byte[BYTES];
        for (int i = 0; i < BYTES; i++) {
            bigEndian[i] = point[BYTES - 1 - i];
        }
        bigEndian[0] &= 0x7f;
        var key = KeyFactory.getInstance("X25519").generatePublic(new XECPublicKeySpec(NamedParameterSpec.X25519, new BigInteger(1, bigEndian)));
        return (XECPublicKey) key;
    }
}
