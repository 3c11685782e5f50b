package dev.lockstep.tests.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.loader.signing.SigningAlgorithm;
import dev.lockstep.loader.signing.SigningKeys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The seeds of the corpus: valid inputs, so that fuzzing begins behind the first checks. They lie in the resources, where Jazzer
 * looks for them; the ones that come from code are written by {@code -Dlockstep.fuzz.writeSeeds=true}.
 */
class SeedsTest {
    private static final Path RESOURCES = Path.of("src/test/resources/dev/lockstep/tests/fuzz");
    private static final Path MODELS = RESOURCES.resolve("GgufFuzzTestInputs/opensOrRefuses");
    private static final Path BUNDLES = RESOURCES.resolve("BundleFuzzTestInputs/verifiesOrRefuses");
    private static final Path STATEMENTS = RESOURCES.resolve("StatementFuzzTestInputs/acceptsOrRefuses");
    private static final Path TIMESTAMPS = RESOURCES.resolve("TimestampFuzzTestInputs/verifiesOrRefuses");
    private static final Path SESSIONS = RESOURCES.resolve("SavedSessionFuzzTestInputs/continuesOrRefuses");
    private static final Path PUBLIC_KEYS = RESOURCES.resolve("PublicKeyFuzzTestInputs/readsOrRefuses");
    private static final Path PRIVATE_KEYS = RESOURCES.resolve("PrivateKeyFuzzTestInputs/readsOrRefuses");

    @TempDir
    Path temporary;

    @Test
    void modelsAreWhatTheWriterMakesAndLoad() throws Exception {
        for (var model : TinyModels.all().entrySet()) {
            Path seed = MODELS.resolve(model.getKey() + ".gguf");
            byte[] bytes = model.getValue().bytes();
            write(seed, bytes);
            assertThat(seed).hasBinaryContent(bytes);
            assertThat(GgufFuzzTest.check(bytes)).isEqualTo(!model.getKey().equals("vocabulary-only"));
        }
    }

    /** Written by hand, as Linux 6.8 does. */
    @Test
    void tablesOfTheKernelAreRead() throws IOException {
        for (String table : List.of("mountinfo", "swaps", "status")) {
            byte[] seed = Files.readAllBytes(RESOURCES.resolve("PostureFuzzTestInputs/readsOrLeavesUnseen").resolve(table));
            // lines of mountinfo have colons, too, as those of status
            assertThat(PostureFuzzTest.check(seed)).as(table).isEqualTo(table.equals("mountinfo") ? 2 : 1);
        }
    }

    @Test
    void hdf5AndKerasFilesLoad() throws Exception {
        for (var file : TinyHdf5Models.hdf5().entrySet()) {
            Path seed = RESOURCES.resolve("Hdf5FuzzTestInputs/opensOrRefuses").resolve(file.getKey() + ".h5");
            write(seed, file.getValue());
            assertThat(seed).hasBinaryContent(file.getValue());
            assertThat(Hdf5FuzzTest.check(file.getValue())).as(file.getKey()).isTrue();
        }
        for (var file : TinyHdf5Models.keras().entrySet()) {
            Path seed = RESOURCES.resolve("KerasFuzzTestInputs/opensOrRefuses").resolve(file.getKey() + ".keras");
            write(seed, file.getValue());
            assertThat(seed).hasBinaryContent(file.getValue());
            assertThat(KerasFuzzTest.check(file.getValue())).as(file.getKey()).isTrue();
        }
    }

    @Test
    void filesOfTransformersLoad() throws Exception {
        Map<Path, byte[]> files = Map.of(RESOURCES.resolve("SafetensorsFuzzTestInputs/opensOrRefuses/llama.safetensors"), TinyFolder.weights(),
                RESOURCES.resolve("ModelSettingsFuzzTestInputs/opensOrRefuses/llama.json"), TinyFolder.config(),
                RESOURCES.resolve("ShardIndexFuzzTestInputs/opensOrRefuses/one-shard.json"), TinyFolder.index());
        for (var file : files.entrySet()) {
            write(file.getKey(), file.getValue());
            assertThat(file.getKey()).hasBinaryContent(file.getValue());
        }
        assertThat(SafetensorsFuzzTest.check(TinyFolder.weights())).isTrue();
        assertThat(ModelSettingsFuzzTest.check(TinyFolder.config())).isTrue();
        assertThat(ShardIndexFuzzTest.check(TinyFolder.index())).isTrue();
    }

    @Test
    void statementsAreAccepted() throws Exception {
        for (var statement : Map.of("two-files", Statements.TWO_FILES, "single-file", Statements.SINGLE_FILE, "shards", Statements.SHARDS).entrySet()) {
            Path seed = STATEMENTS.resolve(statement.getKey() + ".json");
            write(seed, statement.getValue());
            assertThat(seed).hasBinaryContent(statement.getValue());
            assertThat(StatementFuzzTest.check(statement.getValue())).isTrue();
        }
    }

    /** Signatures are random, so the seed is the one signed once and not the one signed now. */
    @Test
    void bundleVerifies() throws Exception {
        Path seed = BUNDLES.resolve("two-files.json");
        write(seed, TestKey.bundleOf(Statements.TWO_FILES));
        assertThat(BundleFuzzTest.check(Files.readAllBytes(seed))).isTrue();
    }

    /** Made with openssl: the key of the corpus, certified by an authority whose own key was thrown away. */
    static byte[] certificate() throws IOException {
        return Files.readAllBytes(RESOURCES.resolve("CertificateFuzzTestInputs/trustsOrRefuses/signer.der"));
    }

    @Test
    void certificateIsTrusted() throws Exception {
        assertThat(CertificateFuzzTest.check(certificate())).isTrue();
    }

    /** Written by {@code SigstoreSeedsTest} of the loader, which has the keys while it runs. */
    @Test
    void keylessBundleVerifiesByItsTrustedRoot() throws Exception {
        assertThat(TrustedRootFuzzTest.check(TestSigstore.trustedRoot())).isTrue();
        assertThat(SigstoreFuzzTest.check(TestSigstore.bundle())).isTrue();
        byte[] timestamp = TestSigstore.timestamp();
        write(TIMESTAMPS.resolve("response.der"), timestamp);
        assertThat(TIMESTAMPS.resolve("response.der")).hasBinaryContent(timestamp);
        assertThat(TimestampFuzzTest.check(timestamp)).isTrue();
    }

    /** Written by the age tool. */
    static byte[] encrypted() throws IOException {
        return Files.readAllBytes(RESOURCES.resolve("AgeFuzzTestInputs/decryptsOrRefuses/two-recipients.age"));
    }

    @Test
    void encryptedFileIsDecrypted() throws Exception {
        assertThat(AgeFuzzTest.check(encrypted())).isTrue();
    }

    @Test
    void tokenizerFilesAreTokenizers() throws Exception {
        for (var file : TinyTokenizers.json().entrySet()) {
            Path seed = RESOURCES.resolve("TokenizerJsonFuzzTestInputs/translatesOrRefuses/" + file.getKey() + ".json");
            write(seed, file.getValue());
            assertThat(seed).hasBinaryContent(file.getValue());
            assertThat(TokenizerJsonFuzzTest.check(file.getValue())).as(file.getKey()).isTrue();
        }
        Path seed = RESOURCES.resolve("TokenizerModelFuzzTestInputs/translatesOrRefuses/bpe.model");
        write(seed, TinyTokenizers.model());
        assertThat(seed).hasBinaryContent(TinyTokenizers.model());
        assertThat(TokenizerModelFuzzTest.check(TinyTokenizers.model())).isTrue();
    }

    @Test
    void savedSessionsContinue() throws Exception {
        for (var session : SavedSessionSeed.all().entrySet()) {
            Path seed = SESSIONS.resolve(session.getKey() + ".session");
            write(seed, session.getValue());
            assertThat(seed).hasBinaryContent(session.getValue());
            assertThat(SavedSessionFuzzTest.check(session.getValue())).isTrue();
        }
    }

    /** Written by hand; as good as what real models bring. */
    @Test
    void templatesAreRendered() throws Exception {
        try (var seeds = Files.list(RESOURCES.resolve("ChatTemplateFuzzTestInputs/rendersOrRefuses"))) {
            for (Path seed : seeds.toList()) {
                assertThat(ChatTemplateFuzzTest.check(Files.readAllBytes(seed))).as(seed.toString()).isTrue();
            }
        }
    }

    @Test
    void thePolicyThatSaysEverythingIsRead() throws Exception {
        assertThat(TrustDocumentFuzzTest.check(TestPolicy.everything())).isTrue();
    }

    /** The note is the example of C2SP tlog-checkpoint, the key that of Go's package note. */
    @Test
    void auditRecordsAndCheckpointsAreRead() throws Exception {
        assertThat(AuditRecordFuzzTest.check(auditRecord())).isTrue();
        assertThat(AuditRecordFuzzTest.check(Files.readAllBytes(RESOURCES.resolve("AuditRecordFuzzTestInputs/readsOrRefuses/empty.json")))).isTrue();
        assertThat(CheckpointNoteFuzzTest.check(checkpointNote())).isTrue();
    }

    static byte[] auditRecord() throws IOException {
        return Files.readAllBytes(RESOURCES.resolve("AuditRecordFuzzTestInputs/readsOrRefuses/session-use.json"));
    }

    static byte[] checkpointNote() throws IOException {
        return Files.readAllBytes(RESOURCES.resolve("CheckpointNoteFuzzTestInputs/readsOrRefuses/behind-the-sofa.note"));
    }

    @Test
    void keysAreRead() throws Exception {
        if (isWriting()) {
            writeKeys();
        }
        for (Path seed : plainKeys(PUBLIC_KEYS, SigningAlgorithm.values().length)) {
            assertThat(PublicKeyFuzzTest.check(Files.readAllBytes(seed))).as(seed.toString()).isTrue();
        }
        for (Path seed : plainKeys(PRIVATE_KEYS, SigningAlgorithm.values().length + 1)) {
            assertThat(PrivateKeyFuzzTest.check(Files.readAllBytes(seed))).as(seed.toString()).isTrue();
        }
        assertThat(PrivateKeyFuzzTest.check(Files.readAllBytes(PRIVATE_KEYS.resolve("encrypted.pem")))).isFalse();
    }

    private void writeKeys() throws IOException {
        Map<Path, byte[]> files = new LinkedHashMap<>();
        for (SigningAlgorithm algorithm : SigningAlgorithm.values()) {
            String name = algorithm.name().toLowerCase(Locale.ROOT) + ".pem";
            Path privateKey = temporary.resolve("private-" + name);
            Path publicKey = temporary.resolve("public-" + name);
            SigningKeys.write(SigningKeys.generate(algorithm), privateKey, publicKey, null);
            files.put(PRIVATE_KEYS.resolve(name), marked(Files.readAllBytes(privateKey)));
            files.put(PUBLIC_KEYS.resolve(name), Files.readAllBytes(publicKey));
        }
        files.put(PRIVATE_KEYS.resolve("ml_dsa_65-seed.pem"), marked(PemFiles.of("PRIVATE KEY", mlDsaSeed())));
        Path encrypted = temporary.resolve("encrypted.pem");
        SigningKeys.write(SigningKeys.generate(SigningAlgorithm.P256), encrypted, temporary.resolve("public.pem"), "test".toCharArray());
        files.put(PRIVATE_KEYS.resolve("encrypted.pem"), marked(Files.readAllBytes(encrypted)));
        for (var file : files.entrySet()) {
            write(file.getKey(), file.getValue());
        }
    }

    /** Text before the block is allowed, and tells whoever finds the file what it is. */
    private static byte[] marked(byte[] pem) {
        return ("Test only: this private key is public, trust it for nothing.\n" + new String(pem, StandardCharsets.US_ASCII))
                .getBytes(StandardCharsets.UTF_8);
    }

    /** The short form of RFC 9881, section 6: 32 bytes of seed, so that mutations hit the structure around them. */
    private static byte[] mlDsaSeed() {
        return HexFormat.of().parseHex("3034020100300b060960864801650304031204228020" + "07".repeat(32));
    }

    /** One for each algorithm, and of the private ones the seed form as well; the names begin with the algorithm. */
    private static List<Path> plainKeys(Path folder, int expected) throws IOException {
        List<Path> keys = new ArrayList<>();
        try (var files = Files.newDirectoryStream(folder, "{p,ml}*.pem")) {
            files.forEach(keys::add);
        }
        assertThat(keys).hasSize(expected);
        return keys;
    }

    private static boolean isWriting() {
        return Boolean.getBoolean("lockstep.fuzz.writeSeeds");
    }

    private static void write(Path seed, byte[] bytes) throws IOException {
        if (isWriting()) {
            Files.createDirectories(seed.getParent());
            Files.write(seed, bytes);
        }
    }
}
