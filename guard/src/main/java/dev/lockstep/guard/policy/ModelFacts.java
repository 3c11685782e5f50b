package dev.lockstep.guard.policy;

import java.util.Set;

/**
 * What is known of a model once its bytes are verified.
 *
 * @param name of its file or folder
 * @param sha256 64 hex digits, see {@link dev.lockstep.loader.Provenance#sha256}
 * @param signers key ids and identities of who vouches for it; none if nobody does
 * @param version of its release statement, 0 if it has none
 */
public record ModelFacts(String name, String sha256, Set<String> signers, long version) {
    public ModelFacts {
        signers = Set.copyOf(signers);
    }
}
