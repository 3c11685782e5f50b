package dev.lockstep.loader.signing;

import dev.lockstep.loader.internal.intoto.InTotoStatement;
import dev.lockstep.loader.internal.json.StrictJson;
import dev.lockstep.loader.signing.ModelSignatureException.Reason;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * What a publisher says of a signed model beside its digests, which OpenSSF Model Signing has no place for: which version it is and
 * when it may be used. An in-toto statement v1 of its own, signed like the model's, about the model's root digest.
 *
 * @param model what the signers call the model
 * @param rootDigest the model's, 64 hex digits
 * @param version 1 or more; grows with each release of the model
 * @param notBefore when it may be used at first, if there is such a time
 * @param notAfter when it may be used no longer, if there is such a time
 */
public record ReleaseStatement(String model, String rootDigest, long version, Optional<Instant> notBefore, Optional<Instant> notAfter) {
    static final String PREDICATE_TYPE = "https://lockstep.dev/attestation/model-release/v1";

    private static final Set<String> PREDICATE_MEMBERS = Set.of("version", "notBefore", "notAfter");

    /** @throws IllegalArgumentException if the version is not positive, or the model could never be used */
    public ReleaseStatement {
        if (version < 1) {
            throw new IllegalArgumentException("version=" + version + " must be 1 or more");
        }
        if (notBefore.isPresent() && notAfter.isPresent() && !notBefore.get().isBefore(notAfter.get())) {
            throw new IllegalArgumentException("notBefore=" + notBefore.get() + " must be before notAfter=" + notAfter.get());
        }
    }

    /**
     * Reads a statement whose signature has been verified; the signer may still be wrong or hostile.
     *
     * @param file what to call it in messages
     * @throws ModelSignatureException if it is malformed or another kind of statement
     */
    static ReleaseStatement parse(byte[] payload, String file) {
        var statement = InTotoStatement.parse(payload, file, PREDICATE_TYPE, ModelSignatureException.faults(Reason.STATEMENT_INVALID));
        StrictJson predicate = statement.predicate();
        predicate.allowOnly(PREDICATE_MEMBERS);
        try {
            return new ReleaseStatement(statement.subject(), statement.sha256(), predicate.positiveNumber("version"),
                    predicate.instantIfPresent("notBefore"), predicate.instantIfPresent("notAfter"));
        } catch (IllegalArgumentException e) {
            throw predicate.fault("contradicts itself: " + e.getMessage());
        }
    }

    /** The statement as JSON text in UTF-8. */
    byte[] toJson() {
        return InTotoStatement.json(model, rootDigest, PREDICATE_TYPE, predicate -> {
            predicate.put("version", version);
            notBefore.ifPresent(time -> predicate.put("notBefore", time.toString()));
            notAfter.ifPresent(time -> predicate.put("notAfter", time.toString()));
        });
    }
}
