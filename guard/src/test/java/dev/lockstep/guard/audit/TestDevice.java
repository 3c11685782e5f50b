package dev.lockstep.guard.audit;

import dev.lockstep.guard.device.DeviceSigner;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.Signature;
import java.util.List;

/** A device with a key that lives as long as the test. */
record TestDevice(String name, KeyPair keys) implements DeviceSigner {
    static TestDevice named(String name) {
        try {
            return new TestDevice(name, KeyPairGenerator.getInstance("Ed25519").generateKeyPair());
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public PublicKey publicKey() {
        return keys.getPublic();
    }

    @Override
    public byte[] sign(byte[] message) {
        try {
            var signature = Signature.getInstance("Ed25519");
            signature.initSign(keys.getPrivate());
            signature.update(message);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /** What verifies this device's log. */
    List<VerifierKey> verifier() {
        return List.of(VerifierKey.of(this));
    }
}
