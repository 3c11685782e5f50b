package dev.lockstep.loader.trust;

import dev.lockstep.loader.signing.TrustFileException;
import dev.lockstep.loader.signing.TrustedRoot;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A trust policy: which models may be used on whose word. Immutable; docs/trust-policy.md describes the JSON text.
 *
 * @param name what people call the policy; versions of one name are compared with each other
 * @param version grows with every change; a device that has seen one refuses those before it
 * @param notAfter when the policy itself ends, if it does
 * @param sigstoreRoot whose logs and authorities are believed in the matter of sigstore identities, if the policy says it
 * @param models at least one; all whose names a model goes by speak for it, {@value ModelRule#ANY} if there are none
 * @param revoked what counts no longer, whatever the rules say
 */
public record TrustDocument(String name, long version, Optional<Instant> notAfter, Optional<TrustedRoot> sigstoreRoot, List<ModelRule> models,
        Revocations revoked) {
    public TrustDocument {
        models = List.copyOf(models);
    }

    /**
     * Reads a policy.
     *
     * @param json UTF-8
     * @param file what to call it in messages
     * @throws TrustFileException if it is malformed, or holds anything that this version does not know: what it was meant to forbid
     *     would be allowed
     */
    public static TrustDocument parse(byte[] json, String file) {
        return TrustDocumentReader.read(json, file);
    }

    /**
     * The rules that speak for a model, all of which have to be content: those with any of its names, or else the one for any. A model
     * goes by what its signers call it and by the name of the file or folder that was asked for, so that nobody escapes a rule by
     * calling a model something else.
     */
    public List<ModelRule> rulesFor(Set<String> names) {
        List<ModelRule> named = models.stream().filter(rule -> names.contains(rule.model())).toList();
        return named.isEmpty() ? models.stream().filter(rule -> rule.model().equals(ModelRule.ANY)).toList() : named;
    }

    /** Everybody whom any rule names. */
    public List<PolicySigner> signers() {
        return models.stream().flatMap(rule -> rule.signers().stream()).toList();
    }
}
