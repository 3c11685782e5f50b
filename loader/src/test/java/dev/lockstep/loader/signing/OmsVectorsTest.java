package dev.lockstep.loader.signing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.lockstep.loader.signing.ModelSignatureException.Reason;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Bundles of the reference implementation, from v0.2.0 to v1.1.0, and what must and must not verify. */
class OmsVectorsTest {
    private static final JsonMapper JSON = new JsonMapper();

    /** The names in {@code failure} of cases.json. */
    private static final Map<String, Reason> REASONS = Map.of(
            "extra", Reason.FILE_EXTRA,
            "missing", Reason.FILE_MISSING,
            "mismatch", Reason.DIGEST_MISMATCH,
            "symlink", Reason.FILE_NOT_REGULAR,
            "material-type", Reason.METHOD_MISMATCH,
            "cert-chain", Reason.CERTIFICATE_UNTRUSTED,
            "identity", Reason.IDENTITY_UNTRUSTED,
            "issuer", Reason.IDENTITY_UNTRUSTED,
            // the signature is looked at first, and the text of that release is another one
            "predicate-type", Reason.SIGNATURE_INVALID,
            "bundle-json", Reason.BUNDLE_MALFORMED);

    @TempDir
    private Path scratch;

    @TestFactory
    List<DynamicTest> everyCaseEndsAsExpected() throws IOException {
        Path vectors = SharedFolder.resolve("vectors/oms");
        var tests = new ArrayList<DynamicTest>();
        for (JsonNode oneCase : JSON.readTree(vectors.resolve("cases.json")).get("cases")) {
            tests.add(dynamicTest(oneCase.get("id").stringValue(), () -> run(vectors, oneCase)));
        }
        assertThat(tests).hasSizeGreaterThan(40);
        return tests;
    }

    private void run(Path vectors, JsonNode oneCase) throws IOException {
        Path root = scratch.resolve(oneCase.get("id").stringValue());
        copy(vectors.resolve(oneCase.get("root").stringValue()), root);
        for (JsonNode step : oneCase.get("setup")) {
            apply(step, root);
        }
        Path model = root.resolve(oneCase.get("model").stringValue()).normalize();
        Path bundle = root.resolve(oneCase.get("bundle").stringValue());
        if (oneCase.get("expected").stringValue().equals("pass")) {
            var manifest = ModelVerifier.verify(model, bundle, trusted(vectors, oneCase), options(oneCase));
            assertThat(manifest.names()).containsExactlyElementsOf(texts(oneCase.get("signedFiles")));
        } else {
            assertThat(refusal(model, bundle, trusted(vectors, oneCase), options(oneCase)).reason())
                    .isEqualTo(REASONS.get(oneCase.get("failure").stringValue()));
        }
    }

    private static ModelSignatureException refusal(Path model, Path bundle, TrustedSigners trusted, VerifyOptions options) {
        var refusal = catchThrowableOfType(ModelSignatureException.class, () -> ModelVerifier.verify(model, bundle, trusted, options));
        assertThat(refusal).isNotNull();
        return refusal;
    }

    private static TrustedSigners trusted(Path vectors, JsonNode oneCase) {
        JsonNode verify = oneCase.get("verify");
        return switch (oneCase.get("method").stringValue()) {
            case "key" -> TrustedSigners.of(SigningKeys.readPublicKey(vectors.resolve(verify.get("publicKey").stringValue())));
            case "certificate" -> TrustedSigners.of(TrustedCertificates.of(texts(verify.get("certChain")).stream()
                    .flatMap(pem -> Certificates.readPem(vectors.resolve(pem)).stream()).toArray(X509Certificate[]::new)));
            case "sigstore" -> TrustedSigners.of(TrustedIdentities.of(verify.get("identity").stringValue(), verify.get("issuer").stringValue(),
                    TrustedRoot.read(vectors.resolve(verify.get("trustedRoot").stringValue()))));
            default -> throw new AssertionError("unknown method: " + oneCase);
        };
    }

    private static VerifyOptions options(JsonNode oneCase) {
        JsonNode flags = oneCase.get("flags");
        List<Path> ignored = texts(flags.path("ignorePaths")).stream().map(Path::of).toList();
        return new VerifyOptions(ignored, flags.path("ignoreUnsignedFiles").asBoolean(false),
                flags.path("legacyV02").asBoolean(false));
    }

    private static List<String> texts(JsonNode array) {
        return array.valueStream().map(JsonNode::stringValue).toList();
    }

    private static void apply(JsonNode step, Path root) throws IOException {
        Path path = root.resolve(step.get("path").stringValue());
        switch (step.get("op").stringValue()) {
            case "write" -> {
                Files.createDirectories(path.getParent());
                Files.writeString(path, step.get("text").stringValue());
            }
            case "delete" -> Files.delete(path);
            case "rename" -> Files.move(path, root.resolve(step.get("to").stringValue()));
            case "truncate" -> truncate(path, step.get("size").longValue());
            case "xor" -> xor(path, step.get("offset").intValue(), step.get("mask").intValue());
            case "symlink" -> Files.createSymbolicLink(path, Path.of(step.get("target").stringValue()));
            default -> throw new AssertionError("unknown setup step: " + step);
        }
    }

    private static void truncate(Path path, long size) throws IOException {
        try (var channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
            channel.truncate(size);
        }
    }

    private static void xor(Path path, int offset, int mask) throws IOException {
        byte[] bytes = Files.readAllBytes(path);
        bytes[offset] ^= (byte) mask;
        Files.write(path, bytes);
    }

    /** Content only: the originals may be read-only. */
    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> paths = Files.walk(from)) {
            for (Path path : (Iterable<Path>) paths::iterator) {
                Path target = to.resolve(from.relativize(path).toString());
                if (Files.isDirectory(path)) {
                    Files.createDirectories(target);
                } else {
                    Files.write(target, Files.readAllBytes(path));
                }
            }
        }
    }

    @Test
    void theKeyIdIsThatOfTheReencodedKeyNotOfTheFile() {
        Path keys = SharedFolder.resolve("vectors/oms/keys/certificate");
        var publicKey = SigningKeys.readPublicKey(keys.resolve("signing-key-pub.pem"));
        assertThat(KeyId.of(publicKey).hex())
                .isEqualTo("e8450dec4eb99dae995da9af1bc2cc9f76ed669ee2e744f57abba763df3e3f8e");
        assertThat(SigningKeys.readKeyPair(keys.resolve("signing-key.pem"), null).getPublic()).isEqualTo(publicKey);
    }

    @TestFactory
    List<DynamicTest> goldenManifestsAreReproduced() throws IOException {
        Path goldens = SharedFolder.resolve("vectors/oms/goldens");
        var keys = SigningKeys.generate(EcCurve.P256);
        // One has no files, the other only a link; both are refused here on purpose.
        Set<String> refused = Set.of("empty_model_folder", "symlink_model_folder");
        var tests = new ArrayList<DynamicTest>();
        JSON.readTree(goldens.resolve("recipes.json")).get("models").forEachEntry((name, recipe) -> {
            if (!refused.contains(name)) {
                tests.add(dynamicTest(name, () -> {
                    Path model = build(scratch.resolve(name), recipe);
                    var manifest = ModelSigner.sign(model, keys, scratch.resolve(name + ".sig"), List.of());
                    assertMatches(JSON.readTree(goldens.resolve("statements").resolve(name)), manifest, recipe);
                }));
            }
        });
        assertThat(tests).hasSize(5);
        return tests;
    }

    /** Goldens list shards in the order of their bytes; the specification, and this signer, in that of their names. */
    @TestFactory
    List<DynamicTest> goldenShardsAreReproduced() throws IOException {
        Path goldens = SharedFolder.resolve("vectors/oms/goldens");
        var tests = new ArrayList<DynamicTest>();
        JSON.readTree(goldens.resolve("recipes.json")).get("models").forEachEntry((name, recipe) -> {
            for (long shardBytes : new long[] {8, 1_000_000_000}) {
                Path golden = goldens.resolve("manifest-shards/" + name + (shardBytes == 8 ? "_small_shards" : ""));
                boolean refused = Set.of("empty_model_folder", "symlink_model_folder", "empty_model_file", "model_folder_with_empty_file").contains(name);
                if (!refused) {
                    tests.add(dynamicTest(golden.getFileName().toString(), () -> assertShards(golden, name, recipe, shardBytes)));
                }
            }
        });
        assertThat(tests).hasSize(6);
        return tests;
    }

    private void assertShards(Path golden, String name, JsonNode recipe, long shardBytes) throws IOException {
        Path model = build(scratch.resolve(name), recipe);
        var signer = SigningIdentity.of(SigningKeys.generate(EcCurve.P256));
        var plan = new HashPlan(HashAlgorithm.SHA_256, shardBytes);
        Path signature = scratch.resolve(name + ".sig");
        var manifest = ModelSigner.sign(model, signer, plan, signature, List.of());
        String fileName = recipe.get("subjectName").stringValue();
        var entries = new ArrayList<String>();
        for (String file : manifest.names()) {
            Resources.of(Map.of(file, manifest.digestsOf(file).orElseThrow())).entries()
                    .forEach((entry, digest) -> entries.add(entry + ':' + HexFormat.of().formatHex(digest)));
        }
        boolean singleFile = recipe.get("kind").stringValue().equals("file");
        assertThat(entries).containsExactlyInAnyOrderElementsOf(Files.readAllLines(golden).stream()
                .map(line -> singleFile ? fileName + line.substring(line.indexOf(':')) : line).toList());
        assertThat(ModelVerifier.verify(model, signature, signer.asTrusted(), VerifyOptions.STRICT).rootDigest())
                .isEqualTo(manifest.rootDigest());
    }

    private static Path build(Path folder, JsonNode recipe) throws IOException {
        Path model = folder.resolve(recipe.get("subjectName").stringValue());
        for (JsonNode file : recipe.get("files")) {
            Path path = model.resolve(file.get("path").stringValue()).normalize();
            Files.createDirectories(path.getParent());
            Files.writeString(path, file.get("text").stringValue());
        }
        return model;
    }

    private static void assertMatches(JsonNode golden, SignedManifest manifest, JsonNode recipe) {
        JsonNode subject = golden.get("subject").get(0);
        assertThat(manifest.subjectName()).isEqualTo(subject.get("name").stringValue());
        assertThat(manifest.rootDigest()).isEqualTo(subject.get("digest").get("sha256").stringValue());
        List<String> names = golden.get("predicate").get("resources").valueStream()
                .map(resource -> resource.get("name").stringValue()).toList();
        boolean singleFile = recipe.get("kind").stringValue().equals("file");
        assertThat(manifest.names()).containsExactlyElementsOf(
                singleFile ? List.of(recipe.get("subjectName").stringValue()) : names);
    }

    @Test
    void theSchemaVectorsOfTheSpecificationAreSortedOut() throws IOException {
        Path vectors = SharedFolder.resolve("vectors/oms/schema-vectors");
        var key = TrustedSigners.of(SigningKeys.readPublicKey(
                SharedFolder.resolve("vectors/oms/keys/certificate/signing-key-pub.pem")));
        var valid = vectors.resolve("valid/key.bundle.json");
        assertThat(BundleVerifier.verify(Files.readAllBytes(valid), "key", key).names()).hasSize(2);
        var anchors = Certificates.readPem(SharedFolder.resolve("vectors/oms/keys/certificate/ca-cert.pem")).toArray(X509Certificate[]::new);
        assertThat(BundleVerifier.verify(Files.readAllBytes(vectors.resolve("valid/certificate.bundle.json")), "certificate",
                TrustedSigners.of(TrustedCertificates.of(anchors))).names()).hasSize(2);
        var identity = TrustedIdentities.of("stefanb@us.ibm.com", "https://sigstore.verify.ibm.com/oauth2",
                TrustedRoot.read(SharedFolder.resolve("vectors/oms/trust/trusted_root.json")));
        assertThat(BundleVerifier.verify(Files.readAllBytes(vectors.resolve("valid/sigstore.bundle.json")), "sigstore",
                TrustedSigners.of(identity)).names()).hasSize(2);

        var refusals = EnumSet.noneOf(Reason.class);
        try (Stream<Path> bundles = Files.walk(vectors)) {
            for (Path bundle : (Iterable<Path>) bundles.filter(Files::isRegularFile)::iterator) {
                if (!bundle.equals(valid)) {
                    byte[] bytes = Files.readAllBytes(bundle);
                    refusals.add(catchThrowableOfType(ModelSignatureException.class,
                            () -> BundleVerifier.verify(bytes, bundle.toString(), key)).reason());
                }
            }
        }
        assertThat(refusals).isSubsetOf(Reason.BUNDLE_MALFORMED, Reason.METHOD_MISMATCH, Reason.STATEMENT_INVALID,
                Reason.SIGNATURE_INVALID);
    }
}
