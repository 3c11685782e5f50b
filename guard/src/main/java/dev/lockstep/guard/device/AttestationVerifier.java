package dev.lockstep.guard.device;

import java.util.Optional;

/** Decides about what the hardware of a device says. Safe for any number of threads. */
@FunctionalInterface
public interface AttestationVerifier {
    /** Asks for no evidence, and looks at none: no statement counts as attested. */
    AttestationVerifier NONE = (attestation, statementSha256, device) -> false;

    /**
     * Checks evidence.
     *
     * @param attestation what the device has sent, if anything; nothing of it is trusted
     * @param statementSha256 32 bytes that it must hold
     * @param device whose it must be
     * @return true if the statement counts as attested, false if that is not wanted
     * @throws DeviceTrustException with the reason {@link DeviceTrustException.Reason#ATTESTATION} if evidence is wanted, and missing or wrong
     */
    boolean verify(Optional<Attestation> attestation, byte[] statementSha256, DeviceCertificate device);
}
