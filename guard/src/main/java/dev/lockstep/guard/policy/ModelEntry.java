package dev.lockstep.guard.policy;

import java.util.OptionalLong;
import java.util.Set;

/**
 * A model that a policy knows. Immutable.
 *
 * @param name of its file or folder, or what its signers call it; {@value #ANY} for those that no entry names
 * @param digests the only bytes that are allowed, see {@link ModelFacts#sha256}; empty for any
 * @param signers one of them must have signed it, see {@link ModelFacts#signers}; empty for anybody
 * @param minVersion the first release that is allowed; a release statement is then required
 */
public record ModelEntry(String name, Set<String> digests, Set<String> signers, OptionalLong minVersion) {
    /** Speaks for all models that no other entry names. */
    public static final String ANY = "*";

    public ModelEntry {
        digests = Set.copyOf(digests);
        signers = Set.copyOf(signers);
    }

    boolean names(ModelFacts model) {
        return name.equals(model.name()) || name.equals(model.subject());
    }
}
