package dev.lockstep.guard.device;

import java.security.PublicKey;

/** Signs as this device: audit checkpoints, posture statements. Safe for any number of threads. */
public interface DeviceSigner {
    /** What the key is called in signed notes: no spaces, no {@code +}. */
    String name();

    /** Ed25519. */
    PublicKey publicKey();

    /** An Ed25519 signature (RFC 8032), 64 bytes. */
    byte[] sign(byte[] message);
}
