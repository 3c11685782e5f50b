package dev.lockstep.loader.internal.crypto;

import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;

/** Signatures as the JDK verifies them. What forms of a signature it forgives is for the caller to rule out. */
public final class JcaSignature {
    private JcaSignature() {
    }

    /**
     * True if the key signed the message.
     *
     * @param algorithm the JCA's name of hash and scheme, {@code SHA256withECDSA}
     */
    public static boolean verify(PublicKey key, String algorithm, byte[] message, byte[] signature) {
        try {
            var verifier = Signature.getInstance(algorithm);
            verifier.initVerify(key);
            verifier.update(message);
            return verifier.verify(signature);
        } catch (SignatureException e) {
            // Thrown instead of false for an r or s that does not fit the curve.
            return false;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime cannot verify " + algorithm, e);
        }
    }
}
