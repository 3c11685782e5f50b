package dev.lockstep.loader.trust;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What must be true of a model. Immutable.
 *
 * @param model what its signers call it, or {@value #ANY}
 * @param signers whose signatures count
 * @param threshold how many of them are needed, 1 to all
 * @param postQuantumRequired true if a signer counts only with a post-quantum signature beside the classical one
 * @param digests the only root digests that are allowed; empty for any
 * @param minVersion the first release that is allowed; releases are then required
 * @param notAfter when permission to use the model ends, if it does
 * @param protectedFilesRequired true if nobody but its owner and the administrator may be able to change its files
 * @param hardenedMemoryRequired true if it may only be in memory that is hardened in every way
 */
public record ModelRule(String model, List<PolicySigner> signers, int threshold, boolean postQuantumRequired, Set<String> digests,
        OptionalLong minVersion, Optional<Instant> notAfter, boolean protectedFilesRequired,
        boolean hardenedMemoryRequired) {
    /** Speaks for all models that no other rule names. */
    public static final String ANY = "*";

    public ModelRule {
        signers = List.copyOf(signers);
        digests = Set.copyOf(digests);
        if (threshold < 1 || threshold > signers.size()) {
            throw new IllegalArgumentException("threshold=" + threshold + " must be 1 to " + signers.size() + ", the number of signers");
        }
    }
}
