package dev.lockstep.loader.age;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.interfaces.XECPrivateKey;
import java.security.interfaces.XECPublicKey;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.XECPublicKeySpec;
import java.util.Arrays;
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
        byte[] scalar = secret.clone();
        try {
            var agreement = KeyAgreement.getInstance("X25519");
            agreement.init(new Scalar(scalar));
            agreement.doPhase(publicKeyOf(point), true);
            return Optional.of(agreement.generateSecret());
        } catch (InvalidKeyException e) {
            return Optional.empty();
        } catch (GeneralSecurityException e) {
            throw AgeCrypto.missing("X25519", e);
        } finally {
            Arrays.fill(scalar, (byte) 0);
        }
    }

    /**
     * A secret as the JDK wants it, without the copies that its own keys make, encoded and not. The JDK uses the array itself and clamps
     * it, so it is given one to overwrite afterwards.
     */
    private record Scalar(byte[] bytes) implements XECPrivateKey {
        private static final long serialVersionUID = 1L;

        @Override
        public AlgorithmParameterSpec getParams() {
            return NamedParameterSpec.X25519;
        }

        @Override
        public Optional<byte[]> getScalar() {
            return Optional.of(bytes);
        }

        @Override
        public String getAlgorithm() {
            return "X25519";
        }

        @Override
        public String getFormat() {
            return null;
        }

        @Override
        public byte[] getEncoded() {
            return null;
        }

        /** Never shows the secret. */
        @Override
        public String toString() {
            return "Scalar";
        }
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
