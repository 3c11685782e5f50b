package dev.lockstep.loader.signing;

import dev.lockstep.loader.internal.json.StrictJson;
import dev.lockstep.loader.signing.ModelSignatureException.Reason;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.json.JsonMapper;

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

    private static final Set<String> MEMBERS = Set.of("_type", "subject", "predicateType", "predicate");
    private static final Set<String> SUBJECT_MEMBERS = Set.of("name", "digest");
    private static final Set<String> DIGEST_MEMBERS = Set.of("sha256");
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
        var statement = StrictJson.parse(payload, file, ModelSignatureException.faults(Reason.STATEMENT_INVALID));
        statement.allowOnly(MEMBERS);
        statement.require("_type", Statement.TYPE);
        statement.require("predicateType", PREDICATE_TYPE);
        List<StrictJson> subjects = statement.objects("subject");
        if (subjects.size() != 1) {
            throw statement.fault("has " + subjects.size() + " subjects; exactly one is accepted");
        }
        StrictJson subject = subjects.getFirst();
        subject.allowOnly(SUBJECT_MEMBERS);
        StrictJson digest = subject.object("digest");
        digest.allowOnly(DIGEST_MEMBERS);
        String rootDigest = digest.text("sha256");
        if (!HashAlgorithm.SHA_256.isHex(rootDigest)) {
            throw digest.fault("is not 64 lower-case hex digits");
        }
        StrictJson predicate = statement.object("predicate");
        predicate.allowOnly(PREDICATE_MEMBERS);
        try {
            return new ReleaseStatement(subject.text("name"), rootDigest, predicate.positiveNumber("version"),
                    predicate.instantIfPresent("notBefore"), predicate.instantIfPresent("notAfter"));
        } catch (IllegalArgumentException e) {
            throw predicate.fault("contradicts itself: " + e.getMessage());
        }
    }

    /** The statement as JSON text in UTF-8. */
    byte[] toJson() {
        var json = new JsonMapper();
        var statement = json.createObjectNode();
        statement.put("_type", Statement.TYPE);
        var subject = statement.putArray("subject").addObject();
        subject.put("name", model);
        subject.putObject("digest").put("sha256", rootDigest);
        statement.put("predicateType", PREDICATE_TYPE);
        var predicate = statement.putObject("predicate");
        predicate.put("version", version);
        notBefore.ifPresent(time -> predicate.put("notBefore", time.toString()));
        notAfter.ifPresent(time -> predicate.put("notAfter", time.toString()));
        return json.writeValueAsBytes(statement);
    }
}
