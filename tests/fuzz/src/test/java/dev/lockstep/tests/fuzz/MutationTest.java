package dev.lockstep.tests.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * A fixed number of faults in valid inputs, the same in every run. It needs no native fuzzer, and guards what fuzzing has found
 * to hold. A failure prints the mutant; make it a seed and a test with a name.
 */
class MutationTest {
    private static final long SEED = 0x10C4_57E9L;
    private static final int MODELS = 10_000;
    private static final int HDF5_FILES = 600;
    private static final int KERAS_ARCHIVES = 150;
    private static final int BUNDLES = 2_000;
    private static final int STATEMENTS = 1_000;
    private static final int KEYS = 1_000;
    private static final int CERTIFICATES = 2_000;
    private static final int TRUSTED_ROOTS = 2_000;
    private static final int TRUST_POLICIES = 2_000;
    private static final int ENCRYPTED_FILES = 2_000;
    private static final int SAVED_SESSIONS = 2_000;
    private static final int TIMESTAMPS = 1_000;
    private static final int TOKENIZER_FILES = 1_000;
    private static final int FOLDERS = 300;
    private static final int AUDIT_RECORDS = 1_000;

    /** What to put in the place of a JSON value. */
    private static final List<String> VALUES = List.of("null", "true", "{}", "[]", "[[]]", "0", "-1", "1e400", "1".repeat(99),
            "\"\"", "\".\"", "\"..\"", "\"/etc/passwd\"", "\"a/../b\"", "\"\\u0000\"", "\"\\ud800\"", "\"\\u001b[2J\"", "\"a\\\\b\"",
            "\"sha512\"", "\"shards\"", "\"a:0:8\"", "\"a:0:-8\"", "\"a:9223372036854775807:9223372036854775808\"", "8.0", "9e15", "\"AA==\"", "\"AB==\"", "\"A\"", "[".repeat(100), "{\"a\":".repeat(40));

    private interface Target {
        boolean check(byte[] input) throws Exception;
    }

    @Test
    void spoiledModelsAreRefusedOrWhole() {
        var mutator = new Mutator(SEED);
        List<GgufImage> images = List.copyOf(TinyModels.all().values());
        int accepted = 0;
        for (int i = 0; i < MODELS; i++) {
            accepted += isAccepted(i, mutator.mutate(images.get(i % images.size())), GgufFuzzTest::check) ? 1 : 0;
        }
        // Another score or epsilon is no fault. If nothing or everything were accepted, nothing would be checked.
        assertThat(accepted).isBetween(1, MODELS / 2);
    }

    @Test
    void spoiledHdf5FilesAreRefusedOrWhole() {
        var mutator = new Mutator(SEED);
        List<byte[]> files = List.copyOf(TinyHdf5Models.hdf5().values());
        int accepted = 0;
        for (int i = 0; i < HDF5_FILES; i++) {
            accepted += isAccepted(i, mutator.mutate(files.get(i % files.size())), Hdf5FuzzTest::check) ? 1 : 0;
        }
        // Another value is no fault.
        assertThat(accepted).isBetween(1, HDF5_FILES * 2 / 3);
        for (int i = 0; i < KERAS_ARCHIVES; i++) {
            isAccepted(i, mutator.mutate(TinyHdf5Models.keras().get("llama")), KerasFuzzTest::check);
        }
    }

    @Test
    void spoiledBundlesVerifyOnlyAsSigned() throws Exception {
        var mutator = new Mutator(SEED);
        byte[] bundle = TestKey.bundleOf(Statements.TWO_FILES);
        for (int i = 0; i < BUNDLES; i++) {
            isAccepted(i, mutator.mutateJson(bundle, VALUES), BundleFuzzTest::check);
        }
    }

    @Test
    void spoiledStatementsAreRefusedOrNameFilesBelowTheModel() {
        var mutator = new Mutator(SEED);
        for (int i = 0; i < STATEMENTS; i++) {
            isAccepted(i, mutator.mutateJson(i % 2 == 0 ? Statements.TWO_FILES : Statements.SHARDS, VALUES), StatementFuzzTest::check);
        }
    }

    @Test
    void spoiledFilesOfTransformersAreModelsOrRefused() {
        var mutator = new Mutator(SEED);
        for (int i = 0; i < FOLDERS; i++) {
            isAccepted(i, mutator.mutate(TinyFolder.weights()), SafetensorsFuzzTest::check);
            isAccepted(i, mutator.mutateJson(TinyFolder.config(), VALUES), ModelSettingsFuzzTest::check);
            isAccepted(i, mutator.mutateJson(TinyFolder.index(), VALUES), ShardIndexFuzzTest::check);
        }
    }

    @Test
    void spoiledKeysAreRefusedOrKeys() throws Exception {
        var mutator = new Mutator(SEED);
        List<byte[]> keys = new ArrayList<>(PemFiles.privateKeys());
        keys.addAll(PemFiles.publicKeys());
        for (int i = 0; i < KEYS; i++) {
            byte[] pem = PemFiles.withBody(keys.get(i % keys.size()), mutator::mutate);
            isAccepted(i, pem, PrivateKeyFuzzTest::check);
            isAccepted(i, pem, PublicKeyFuzzTest::check);
        }
    }

    @Test
    void spoiledCertificatesAreNotTrusted() throws Exception {
        var mutator = new Mutator(SEED);
        byte[] certificate = SeedsTest.certificate();
        for (int i = 0; i < CERTIFICATES; i++) {
            byte[] mutant = mutator.mutate(certificate);
            assertThat(isAccepted(i, mutant, CertificateFuzzTest::check)).isEqualTo(Arrays.equals(mutant, certificate));
        }
    }

    @Test
    void spoiledAuditRecordsHaveOneFormOrAreRefused() throws Exception {
        var mutator = new Mutator(SEED);
        byte[] record = SeedsTest.auditRecord();
        byte[] note = SeedsTest.checkpointNote();
        for (int i = 0; i < AUDIT_RECORDS; i++) {
            isAccepted(i, mutator.mutate(record), AuditRecordFuzzTest::check);
            isAccepted(i, mutator.mutateJson(record, VALUES), AuditRecordFuzzTest::check);
            isAccepted(i, mutator.mutate(note), CheckpointNoteFuzzTest::check);
        }
    }

    @Test
    void spoiledTrustedRootsAreReadOrRefused() {
        var mutator = new Mutator(SEED);
        byte[] root = TestSigstore.trustedRoot();
        for (int i = 0; i < TRUSTED_ROOTS; i++) {
            isAccepted(i, mutator.mutateJson(root, VALUES), TrustedRootFuzzTest::check);
        }
    }

    @Test
    void spoiledEncryptedFilesAreRefused() throws Exception {
        var mutator = new Mutator(SEED);
        byte[] file = SeedsTest.encrypted();
        for (int i = 0; i < ENCRYPTED_FILES; i++) {
            byte[] mutant = mutator.mutate(file);
            assertThat(isAccepted(i, mutant, AgeFuzzTest::check)).isEqualTo(Arrays.equals(mutant, file));
        }
    }

    @Test
    void spoiledSessionsContinueOrAreRefused() {
        var mutator = new Mutator(SEED);
        List<byte[]> sessions = List.copyOf(SavedSessionSeed.all().values());
        int accepted = 0;
        for (int i = 0; i < SAVED_SESSIONS; i++) {
            accepted += isAccepted(i, mutator.mutate(sessions.get(i % sessions.size())), SavedSessionFuzzTest::check) ? 1 : 0;
        }
        // Another logit is no fault: who wrote it is what counts. But a cut or a shift is.
        assertThat(accepted).isBetween(1, SAVED_SESSIONS * 2 / 3);
    }

    @Test
    void spoiledTrustPoliciesAreReadOrRefused() {
        var mutator = new Mutator(SEED);
        byte[] policy = TestPolicy.everything();
        for (int i = 0; i < TRUST_POLICIES; i++) {
            isAccepted(i, mutator.mutateJson(policy, VALUES), TrustDocumentFuzzTest::check);
        }
    }

    @Test
    void spoiledKeylessBundlesVerifyOnlyAsSigned() {
        var mutator = new Mutator(SEED);
        byte[] bundle = TestSigstore.bundle();
        for (int i = 0; i < BUNDLES; i++) {
            isAccepted(i, mutator.mutateJson(bundle, VALUES), SigstoreFuzzTest::check);
        }
    }

    @Test
    void spoiledTimestampsProveNothing() {
        var mutator = new Mutator(SEED);
        byte[] timestamp = TestSigstore.timestamp();
        for (int i = 0; i < TIMESTAMPS; i++) {
            isAccepted(i, mutator.mutate(timestamp), TimestampFuzzTest::check);
        }
    }

    @Test
    void spoiledTokenizerFilesAreTokenizersOrRefused() {
        var mutator = new Mutator(SEED);
        List<byte[]> files = List.copyOf(TinyTokenizers.json().values());
        int accepted = 0;
        for (int i = 0; i < TOKENIZER_FILES; i++) {
            accepted += isAccepted(i, mutator.mutateJson(files.get(i % files.size()), VALUES), TokenizerJsonFuzzTest::check) ? 1 : 0;
            accepted += isAccepted(i, mutator.mutate(TinyTokenizers.model()), TokenizerModelFuzzTest::check) ? 1 : 0;
        }
        // another token or score is no fault
        assertThat(accepted).isBetween(1, 2 * TOKENIZER_FILES - 1);
    }

    private static boolean isAccepted(int index, byte[] input, Target target) {
        try {
            return target.check(input);
        } catch (Throwable t) {
            throw new AssertionError("mutant " + index + " of seed " + SEED + ": " + HexFormat.of().formatHex(input), t);
        }
    }
}
