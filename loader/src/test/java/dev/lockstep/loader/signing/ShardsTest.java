package dev.lockstep.loader.signing;

import static dev.lockstep.loader.signing.BundleAssertions.KEYS;
import static dev.lockstep.loader.signing.BundleAssertions.TRUSTED;
import static dev.lockstep.loader.signing.BundleAssertions.good;
import static dev.lockstep.loader.signing.BundleAssertions.refuses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lockstep.loader.signing.ModelSignatureException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

/** Models that are hashed in shards, or with other hashes than SHA-256. Refused statements are signed, and have one fault each. */
class ShardsTest {
    private static final String DIGEST = TestBundle.DIGEST_A;

    @TempDir
    private Path folder;

    /** A statement about shards of 8 bytes with these names. */
    private static TestBundle shards(String... names) {
        TestBundle bundle = good();
        bundle.serialization().put("method", "shards").put("shard_size", 8);
        bundle.resources().removeAll();
        for (String name : names) {
            bundle.addResource(name, DIGEST);
        }
        return bundle;
    }

    private static SignedManifest accepted(TestBundle bundle) {
        return BundleVerifier.verify(bundle.signedBytes(), "model.sig", TRUSTED);
    }

    @Test
    void shardsOfAFileBelongTogetherInWhateverOrder() {
        SignedManifest manifest = accepted(shards("a:8:16", "b:x:0:3", "a:0:8", "a:16:17"));
        assertThat(manifest.names()).containsExactly("a", "b:x");
        assertThat(manifest.digestsOf("a").orElseThrow().byteSize()).isEqualTo(17);
        assertThat(manifest.digestsOf("a").orElseThrow().digests()).hasSize(3);
        assertThat(manifest.digestsOf("b:x").orElseThrow().byteSize()).isEqualTo(3);
    }

    @Test
    void theSpellingsOfTheReferenceProgramAreAccepted() {
        TestBundle bundle = shards("a:0:8");
        bundle.serialization().put("shard_size", 8.0);
        ((ObjectNode) bundle.resources().get(0)).put("algorithm", "sha256-sharded-8");
        assertThat(accepted(bundle).names()).containsExactly("a");
        ((ObjectNode) bundle.resources().get(0)).put("algorithm", "sha256-sharded-9");
        refuses(bundle.signedBytes(), Reason.MANIFEST_INVALID, "has the algorithm \"sha256-sharded-9\"");
        assertThat(accepted(shards(".:0:8", ".:8:9")).nameOfSingleFile("m.gguf")).hasValue(".");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "a:0", "a:0:", "a::8", "a:0:+8", "a:0:08", "a:-0:8", "a:0:8 ", "a:0:1e1", "a:0:9999999999999999999"})
    void namesOfShardsHaveOneSpelling(String name) {
        refuses(shards(name).signedBytes(), Reason.MANIFEST_INVALID, "is no shard's (path:start:end)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a:0:9", "a:1:8", "a:8:8", "a:8:4", "a:0:0"})
    void aShardLiesWhereItsSizePutsIt(String name) {
        refuses(shards(name).signedBytes(), Reason.MANIFEST_INVALID, "is no shard of 8 bytes");
    }

    @Test
    void shardsCoverTheirFileExactlyOnce() {
        refuses(shards("a:8:16").signedBytes(), Reason.MANIFEST_INVALID, "does not cover bytes 0 to 8 of \"a\"");
        refuses(shards("a:0:8", "a:16:24").signedBytes(), Reason.MANIFEST_INVALID, "does not cover bytes 8 to 16 of \"a\"");
        refuses(shards("a:0:7", "a:8:9").signedBytes(), Reason.MANIFEST_INVALID, "does not cover bytes 7 to 8 of \"a\"");
        refuses(shards("a:0:8", "a:0:7").signedBytes(), Reason.MANIFEST_INVALID, "begins where another shard");
        refuses(shards("a:0:8", "a:0:8").signedBytes(), Reason.MANIFEST_INVALID, "was listed before");
    }

    @Test
    void pathsOfShardsAreCanonicalToo() {
        refuses(shards("../a:0:8").signedBytes(), Reason.MANIFEST_INVALID, "has an empty part, . or ..");
        refuses(shards("/a:0:8").signedBytes(), Reason.MANIFEST_INVALID, "starts or ends with /");
        refuses(shards(":0:8").signedBytes(), Reason.MANIFEST_INVALID, "is empty");
        refuses(shards(".:0:8", "a:0:8").signedBytes(), Reason.MANIFEST_INVALID, "has a name that is only for a single file");
    }

    @Test
    void theSizeOfShardsIsAWholeNumber() {
        for (double size : new double[] {0, -8, 8.5, 1e300}) {
            TestBundle bundle = shards("a:0:8");
            bundle.serialization().put("shard_size", size);
            refuses(bundle.signedBytes(), Reason.STATEMENT_INVALID, "must be a whole number");
        }
        TestBundle text = shards("a:0:8");
        text.serialization().put("shard_size", "8");
        refuses(text.signedBytes(), Reason.STATEMENT_INVALID, "must be a whole number");
        TestBundle none = shards("a:0:8");
        none.serialization().remove("shard_size");
        refuses(none.signedBytes(), Reason.STATEMENT_INVALID, "\"shard_size\" is missing");
    }

    @Test
    void digestsHaveTheLengthOfTheirHash() {
        TestBundle bundle = good();
        bundle.serialization().put("hash_type", "blake2b");
        bundle.resources().forEach(resource -> ((ObjectNode) resource).put("algorithm", "blake2b"));
        refuses(bundle.signedBytes(), Reason.MANIFEST_INVALID, "not 128 lower-case hex digits");
        TestBundle md5 = good();
        md5.serialization().put("hash_type", "md5");
        refuses(md5.signedBytes(), Reason.STATEMENT_INVALID, "has hash_type \"md5\"");
    }

    /** Test vectors of the specifications: the empty message and "abc". */
    @Test
    void hashesAreThoseOfTheirSpecifications() {
        assertThat(hash(HashAlgorithm.SHA_256, "abc")).startsWith("ba7816bf8f01cfea").hasSize(64);
        assertThat(hash(HashAlgorithm.BLAKE2B, "abc")).startsWith("ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b7").hasSize(128);
        assertThat(hash(HashAlgorithm.BLAKE3, "")).isEqualTo("af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262");
        assertThat(hash(HashAlgorithm.BLAKE3, "abc")).isEqualTo("6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85");
    }

    private static String hash(HashAlgorithm algorithm, String text) {
        return HexFormat.of().formatHex(algorithm.start().digest(text.getBytes()));
    }

    @ParameterizedTest
    @EnumSource(HashAlgorithm.class)
    void whatIsSignedInShardsVerifiesAndChangesAreSeen(HashAlgorithm algorithm) throws IOException {
        Path model = Files.createDirectory(folder.resolve("model"));
        Path weights = Files.write(model.resolve("weights"), new byte[2_500_000]);
        Files.createFile(model.resolve("empty"));
        Path signature = folder.resolve("model.sig");
        for (long shardBytes : new long[] {HashPlan.WHOLE, 1_000_000}) {
            ModelSigner.sign(model, SigningIdentity.of(KEYS), new HashPlan(algorithm, shardBytes), signature, List.of());
            assertThat(verify(model, signature).names()).contains("weights").hasSize(shardBytes == HashPlan.WHOLE ? 2 : 1);
        }
        Files.writeString(model.resolve("empty"), "x");
        refused(model, signature, Reason.FILE_EXTRA);
        Files.write(model.resolve("empty"), new byte[0]);
        byte[] bytes = new byte[2_500_000];
        bytes[2_499_999] = 1;
        Files.write(weights, bytes);
        refused(model, signature, Reason.DIGEST_MISMATCH);
        Files.write(weights, new byte[2_500_001]);
        refused(model, signature, Reason.DIGEST_MISMATCH);
        Files.write(weights, new byte[2_000_000]);
        refused(model, signature, Reason.DIGEST_MISMATCH);
    }

    private static SignedManifest verify(Path model, Path signature) {
        return ModelVerifier.verify(model, signature, TRUSTED, VerifyOptions.STRICT);
    }

    private static void refused(Path model, Path signature, Reason reason) {
        assertThat(catchThrowableOfType(ModelSignatureException.class, () -> verify(model, signature)).reason()).isEqualTo(reason);
    }

    @Test
    void nothingButEmptyFilesCannotBeSignedInShards() throws IOException {
        Path empty = Files.createFile(folder.resolve("empty"));
        var plan = new HashPlan(HashAlgorithm.SHA_256, 8);
        for (Path model : List.of(empty, folder)) {
            assertThatExceptionOfType(SigningException.class)
                    .isThrownBy(() -> ModelSigner.sign(model, SigningIdentity.of(KEYS), plan, folder.resolve("x.sig"), List.of()))
                    .withMessageContaining("no shards to sign");
        }
    }

    @Test
    void entriesAreInTheOrderOfTheirNames() {
        var file = new FileDigests(new HashPlan(HashAlgorithm.SHA_256, 8), 100, List.of(new byte[32], new byte[32], new byte[32]));
        assertThat(Resources.of(Map.of("a", file)).entries().keySet()).containsExactly("a:0:8", "a:16:24", "a:8:16");
    }
}
