package dev.lockstep.loader.signing;

import dev.lockstep.loader.internal.crypto.Sha256;
import dev.lockstep.loader.internal.intoto.InTotoStatement;
import dev.lockstep.loader.internal.json.StrictJson;
import dev.lockstep.loader.signing.ModelSignatureException.Reason;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.json.JsonMapper;

/**
 * What is signed: an in-toto statement v1 with the OMS v1.0 predicate.
 *
 * @param subjectName what the signer called the model; for people
 * @param rootDigest SHA-256 over all digests in their order, as 64 hex digits
 * @param plan how files are hashed
 * @param resources what is signed
 * @param ignorePaths what the signer left out, as written
 */
record Statement(String subjectName, String rootDigest, HashPlan plan, Resources resources, List<String> ignorePaths) {
    static final String TYPE = InTotoStatement.TYPE;
    private static final String PREDICATE_TYPE = "https://model_signing/signature/v1.0";
    private static final String SHA_256 = "sha256";
    private static final String FILES = "files";
    private static final String SHARDS = "shards";
    private static final String SHARD_SIZE = "shard_size";

    private static final Set<String> MEMBERS = Set.of("_type", "subject", "predicateType", "predicate");
    private static final Set<String> PREDICATE_MEMBERS = Set.of("resources", "serialization");
    private static final Set<String> SERIALIZATION_MEMBERS =
            Set.of("method", "hash_type", "allow_symlinks", "ignore_paths", SHARD_SIZE);

    /** Reads a statement whose signature has been verified; the signer may still be wrong or hostile. */
    static Statement parse(byte[] payload, String file) {
        var statement = StrictJson.parse(payload, file, ModelSignatureException.faults(Reason.STATEMENT_INVALID));
        statement.allowOnly(MEMBERS);
        statement.require("_type", TYPE);
        statement.require("predicateType", PREDICATE_TYPE);
        StrictJson subject = onlySubject(statement);
        StrictJson predicate = statement.object("predicate");
        predicate.allowOnly(PREDICATE_MEMBERS);

        StrictJson serialization = predicate.object("serialization");
        HashPlan plan = readPlan(serialization);
        List<String> ignorePaths =
                serialization.has("ignore_paths") ? List.copyOf(serialization.texts("ignore_paths")) : List.of();
        Resources resources = Resources.parse(predicate, plan);
        String rootDigest = subject.object("digest").text(SHA_256);
        if (!rootDigest.equals(rootOf(resources.entries().values()))) {
            throw subject.fault(ModelSignatureException.MANIFEST_FAULTS, "has a digest that is not that of the list of files");
        }
        return new Statement(subject.text("name"), rootDigest, plan, resources, ignorePaths);
    }

    /** What a signer says of these files. */
    static Statement of(String subjectName, HashPlan plan, Map<String, FileDigests> files, List<String> ignorePaths) {
        Resources resources = Resources.of(files);
        return new Statement(subjectName, rootOf(resources.entries().values()), plan, resources, ignorePaths);
    }

    private static StrictJson onlySubject(StrictJson statement) {
        List<StrictJson> subjects = statement.objects("subject");
        if (subjects.size() != 1) {
            throw statement.fault("has " + subjects.size() + " subjects; exactly one is accepted");
        }
        return subjects.getFirst();
    }

    /** With allow_symlinks true, links are refused all the same. */
    private static HashPlan readPlan(StrictJson serialization) {
        serialization.allowOnly(SERIALIZATION_MEMBERS);
        serialization.flag("allow_symlinks");
        String hashType = serialization.text("hash_type");
        HashAlgorithm algorithm = HashAlgorithm.named(hashType).orElseThrow(() -> serialization.fault("has hash_type \"" + hashType
                + "\"; \"sha256\", \"blake2b\" and \"blake3\" are accepted"));
        String method = serialization.text("method");
        boolean hasSize = serialization.has(SHARD_SIZE);
        return switch (method) {
            case FILES -> {
                if (hasSize) {
                    throw serialization.fault("has a shard_size, but its method is \"files\"");
                }
                yield new HashPlan(algorithm, HashPlan.WHOLE);
            }
            case SHARDS -> new HashPlan(algorithm, serialization.positiveNumber(SHARD_SIZE));
            default -> throw serialization.fault("has method \"" + method + "\"; \"files\" and \"shards\" are accepted");
        };
    }

    /** The digest of the digests, in the order given: the signed order, whatever it is. */
    static String rootOf(Collection<byte[]> digests) {
        var root = Sha256.start();
        digests.forEach(root::update);
        return HexFormat.of().formatHex(root.digest());
    }

    /** The statement as JSON text in UTF-8. {@code ignore_paths} is left out when there are none. */
    byte[] toJson() {
        var json = new JsonMapper();
        var statement = json.createObjectNode();
        statement.put("_type", TYPE);
        var subject = statement.putArray("subject").addObject();
        subject.put("name", subjectName);
        subject.putObject("digest").put(SHA_256, rootDigest);
        statement.put("predicateType", PREDICATE_TYPE);
        var predicate = statement.putObject("predicate");
        var list = predicate.putArray("resources");
        resources.entries().forEach((name, digest) -> list.addObject()
                .put("name", name)
                .put("digest", HexFormat.of().formatHex(digest))
                .put("algorithm", plan.algorithm().omsName()));
        var serialization = predicate.putObject("serialization");
        serialization.put("method", plan.isSharded() ? SHARDS : FILES).put("hash_type", plan.algorithm().omsName())
                .put("allow_symlinks", false);
        if (plan.isSharded()) {
            serialization.put(SHARD_SIZE, plan.shardBytes());
        }
        if (!ignorePaths.isEmpty()) {
            var paths = serialization.putArray("ignore_paths");
            ignorePaths.forEach(paths::add);
        }
        return json.writeValueAsBytes(statement);
    }
}
