package dev.lockstep.loader.internal.intoto;

import dev.lockstep.loader.internal.json.StrictJson;
import dev.lockstep.loader.internal.json.StrictJson.Faults;
import dev.lockstep.loader.signing.HashAlgorithm;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A statement about one thing that is known by its SHA-256 (in-toto/attestation, spec/v1/statement.md): who it is about, and what is said.
 *
 * @param subject what the thing is called
 * @param sha256 64 lower-case hex digits
 * @param predicate what is said; members that it must not have are still to be refused
 */
public record InTotoStatement(String subject, String sha256, StrictJson predicate) {
    public static final String TYPE = "https://in-toto.io/Statement/v1";

    private static final Set<String> MEMBERS = Set.of("_type", "subject", "predicateType", "predicate");
    private static final Set<String> SUBJECT_MEMBERS = Set.of("name", "digest");
    private static final Set<String> DIGEST_MEMBERS = Set.of("sha256");

    /**
     * Reads a statement.
     *
     * @param file what to call it in messages
     * @param predicateType the one kind that is accepted
     * @param faults makes the exception for one that is malformed or of another kind
     */
    public static InTotoStatement parse(byte[] payload, String file, String predicateType, Faults faults) {
        var statement = StrictJson.parse(payload, file, faults);
        statement.allowOnly(MEMBERS);
        statement.require("_type", TYPE);
        statement.require("predicateType", predicateType);
        List<StrictJson> subjects = statement.objects("subject");
        if (subjects.size() != 1) {
            throw statement.fault("has " + subjects.size() + " subjects; exactly one is accepted");
        }
        StrictJson subject = subjects.getFirst();
        subject.allowOnly(SUBJECT_MEMBERS);
        StrictJson digest = subject.object("digest");
        digest.allowOnly(DIGEST_MEMBERS);
        String sha256 = digest.text("sha256");
        if (!HashAlgorithm.SHA_256.isHex(sha256)) {
            throw digest.fault("is not 64 lower-case hex digits");
        }
        return new InTotoStatement(subject.text("name"), sha256, statement.object("predicate"));
    }

    /**
     * A statement as JSON text in UTF-8.
     *
     * @param predicate fills in what is said
     */
    public static byte[] json(String subject, String sha256, String predicateType, Consumer<ObjectNode> predicate) {
        var json = new JsonMapper();
        var statement = json.createObjectNode();
        statement.put("_type", TYPE);
        statement.putArray("subject").addObject().put("name", subject).putObject("digest").put("sha256", sha256);
        statement.put("predicateType", predicateType);
        predicate.accept(statement.putObject("predicate"));
        return json.writeValueAsBytes(statement);
    }
}
