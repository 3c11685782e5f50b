package dev.lockstep.guard.policy;

import java.text.Normalizer;
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
        name = normal(name);
        digests = Set.copyOf(digests);
        signers = Set.copyOf(signers);
    }

    /** One of the ways in which Unicode writes a name; which of them a disk returns is a matter of its file system. */
    static String normal(String name) {
        return Normalizer.normalize(name, Normalizer.Form.NFC);
    }

    boolean names(ModelFacts model) {
        return name.equals(model.name()) || name.equals(model.subject());
    }
}
