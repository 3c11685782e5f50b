package dev.lockstep.loader.signing;

import dev.lockstep.loader.signing.ModelSignatureException.Reason;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.json.JsonMapper;

/**
 * What is signed: an in-toto statement v1 with the OMS v1.0 predicate, serialization "files", SHA-256.
 *
 * @param subjectName what the signer called the model; for people
 * @param rootDigest SHA-256 over all digests in their order, as 64 hex digits
 * @param digests 32-byte SHA-256 by canonical name, in the order of the statement; {@code .} for a single file
 * @param ignorePaths what the signer left out, as written
 */
record Statement(String subjectName, String rootDigest, Map<String, byte[]> digests, List<String> ignorePaths) {
    private static final String TYPE = "https://in-toto.io/Statement/v1";
    private static final String PREDICATE_TYPE = "https://model_signing/signature/v1.0";
    private static final String SHA_256 = "sha256";

    private static final Set<String> MEMBERS = Set.of("_type", "subject", "predicateType", "predicate");
    private static final Set<String> PREDICATE_MEMBERS = Set.of("resources", "serialization");
    private static final Set<String> SERIALIZATION_MEMBERS =
            Set.of("method", "hash_type", "allow_symlinks", "ignore_paths", "shard_size");

    /** Reads a statement whose signature has been verified; the signer may still be wrong or hostile. */
    static Statement parse(byte[] payload, String file) {
        var statement = StrictJson.parse(payload, file, Reason.STATEMENT_INVALID);
        statement.allowOnly(MEMBERS);
        require(statement, "_type", TYPE);
        require(statement, "predicateType", PREDICATE_TYPE);
        StrictJson subject = onlySubject(statement);
        StrictJson predicate = statement.object("predicate");
        predicate.allowOnly(PREDICATE_MEMBERS);

        List<String> ignorePaths = readSerialization(predicate.object("serialization"));
        Map<String, byte[]> digests = readResources(predicate);
        String rootDigest = subject.object("digest").text(SHA_256);
        if (!rootDigest.equals(rootOf(digests.values()))) {
            throw subject.fault(Reason.MANIFEST_INVALID, "has a digest that is not that of the list of files");
        }
        return new Statement(subject.text("name"), rootDigest, digests, ignorePaths);
    }

    private static void require(StrictJson object, String member, String value) {
        String actual = object.text(member);
        if (!actual.equals(value)) {
            throw object.fault("has " + member + " \"" + actual + "\"; \"" + value + "\" is accepted");
        }
    }

    private static StrictJson onlySubject(StrictJson statement) {
        List<StrictJson> subjects = statement.objects("subject");
        if (subjects.size() != 1) {
            throw statement.fault("has " + subjects.size() + " subjects; exactly one is accepted");
        }
        return subjects.getFirst();
    }

    /** Returns the signed ignore_paths. With allow_symlinks true, links are refused all the same. */
    private static List<String> readSerialization(StrictJson serialization) {
        serialization.allowOnly(SERIALIZATION_MEMBERS);
        serialization.flag("allow_symlinks");
        String method = serialization.text("method");
        if (!method.equals("files")) {
            throw serialization.fault("has method \"" + method + "\"; this build verifies \"files\"");
        }
        if (serialization.has("shard_size")) {
            throw serialization.fault("has a shard_size, but its method is \"files\"");
        }
        require(serialization, "hash_type", SHA_256);
        return serialization.has("ignore_paths") ? List.copyOf(serialization.texts("ignore_paths")) : List.of();
    }

    private static Map<String, byte[]> readResources(StrictJson predicate) {
        List<StrictJson> resources = predicate.objects("resources");
        if (resources.isEmpty()) {
            throw predicate.fault(Reason.MANIFEST_INVALID, "lists no files; such a signature covers nothing");
        }
        var digests = new LinkedHashMap<String, byte[]>();
        for (StrictJson resource : resources) {
            String name = resource.text("name");
            boolean singleFile = name.equals(ResourceName.SINGLE_FILE) && resources.size() == 1;
            String problem = ResourceName.problem(name);
            if (problem != null && !singleFile) {
                throw resource.fault(Reason.MANIFEST_INVALID, "has a name that " + problem + ": \"" + name + '"');
            }
            if (digests.put(name, readDigest(resource)) != null) {
                throw resource.fault(Reason.MANIFEST_INVALID, "has a name that was listed before: \"" + name + '"');
            }
        }
        return digests;
    }

    private static byte[] readDigest(StrictJson resource) {
        String algorithm = resource.text("algorithm");
        if (!algorithm.equals(SHA_256)) {
            throw resource.fault(Reason.MANIFEST_INVALID,
                    "has the algorithm \"" + algorithm + "\", but the hash_type is \"" + SHA_256 + '"');
        }
        String digest = resource.text("digest");
        if (!Sha256.isHex(digest)) {
            throw resource.fault(Reason.MANIFEST_INVALID, "has a digest that is not 64 lower-case hex digits");
        }
        return HexFormat.of().parseHex(digest);
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
        var resources = predicate.putArray("resources");
        digests.forEach((name, digest) -> resources.addObject()
                .put("name", name)
                .put("digest", HexFormat.of().formatHex(digest))
                .put("algorithm", SHA_256));
        var serialization = predicate.putObject("serialization");
        serialization.put("method", "files").put("hash_type", SHA_256).put("allow_symlinks", false);
        if (!ignorePaths.isEmpty()) {
            var paths = serialization.putArray("ignore_paths");
            ignorePaths.forEach(paths::add);
        }
        return json.writeValueAsBytes(statement);
    }
}
