package dev.lockstep.loader.internal.crypto;

import java.security.interfaces.ECPublicKey;

/** Verifies ECDSA signatures with the JDK. */
public final class Ecdsa {
    private Ecdsa() {
    }

    /**
     * True if the key signed the message. Only DER proper is accepted: no padding, no long form, nothing after it. Both
     * s and n − s are accepted: neither OMS nor sigstore asks for the low one, signers do not write it, and nothing here takes
     * the bytes of a signature for the identity of what was signed.
     *
     * @param algorithm the JCA's name of hash and scheme, {@code SHA256withECDSA}
     */
    public static boolean verify(ECPublicKey key, String algorithm, byte[] message, byte[] der) {
        return EcdsaDer.isCanonical(der) && JcaSignature.verify(key, algorithm, message, der);
    }
}
