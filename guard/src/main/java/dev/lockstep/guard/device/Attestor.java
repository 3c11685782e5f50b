package dev.lockstep.guard.device;

import java.util.Optional;

/**
 * Asks the hardware of this device to vouch for a statement: a TPM or vTPM for a quote, a confidential machine for a report. What software says
 * of itself is worth as much as that software; this is the part that malware cannot make up. Safe for any number of threads.
 */
@FunctionalInterface
public interface Attestor {
    /** No hardware is asked. */
    Attestor NONE = statementSha256 -> Optional.empty();

    /**
     * Evidence for a statement.
     *
     * @param statementSha256 32 bytes that the evidence must hold: as the qualifying data of a quote, as the report data of a report
     */
    Optional<Attestation> attest(byte[] statementSha256);
}
