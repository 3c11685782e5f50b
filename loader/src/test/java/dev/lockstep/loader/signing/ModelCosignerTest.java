package dev.lockstep.loader.signing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lockstep.loader.signing.ModelSignatureException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Signing what somebody else has signed, and only if it is true. */
class ModelCosignerTest {
    private static final KeyPair FIRST = SigningKeys.generate(SigningAlgorithm.P384);
    private static final KeyPair SECOND = SigningKeys.generate(SigningAlgorithm.ML_DSA_65);
    private static final TrustedSigners TRUSTED = TrustedSigners.of(FIRST.getPublic(), SECOND.getPublic());

    /** The signer looks at the clock of the machine, whatever that shows. */
    private static final Duration YEARS = Duration.ofDays(9_000);

    @TempDir
    private Path scratch;
    private Path model;
    private Path signature;

    @BeforeEach
    void makeModel() throws IOException {
        model = Files.createDirectory(scratch.resolve("model"));
        signature = model.resolve("model.sig");
        Files.writeString(model.resolve("model.gguf"), "weights");
        Files.writeString(Files.createDirectory(model.resolve("more")).resolve("config.json"), "{}");
    }

    private void sign() {
        ModelSigner.sign(model, FIRST, signature, List.of());
    }

    private SignedManifest cosign(KeyPair keys) {
        return ModelCosigner.cosign(model, SigningIdentity.of(keys), signature);
    }

    private Path place(KeyPair keys) {
        return SignatureSet.cosignature(signature, KeyId.of(keys.getPublic()));
    }

    private void refuses(Reason reason, String inMessage) {
        var refusal = catchThrowableOfType(ModelSignatureException.class, () -> cosign(SECOND));
        assertThat(refusal).hasMessageContaining(inMessage);
        assertThat(refusal.reason()).isEqualTo(reason);
        assertThat(place(SECOND)).doesNotExist();
    }

    private List<KeyId> signers() {
        return BundleVerifier.signers(SignatureSet.read(signature), TRUSTED).stream().map(Signer::key).toList();
    }

    @ParameterizedTest
    @EnumSource(SigningAlgorithm.class)
    void aDirectoryIsCosignedAndStillVerifies(SigningAlgorithm algorithm) throws IOException {
        sign();
        byte[] before = Files.readAllBytes(signature);
        KeyPair keys = SigningKeys.generate(algorithm);
        var manifest = cosign(keys);
        assertThat(manifest.signer().key()).isEqualTo(KeyId.of(keys.getPublic()));
        assertThat(place(keys)).isRegularFile();
        assertThat(place(keys).getFileName().toString()).isEqualTo(KeyId.of(keys.getPublic()).hex().substring(0, 16) + ".sig");
        assertThat(signature).hasBinaryContent(before);
        assertThat(ModelVerifier.verify(model, signature, TRUSTED, VerifyOptions.STRICT).names()).isEqualTo(manifest.names());
        var signers = BundleVerifier.signers(SignatureSet.read(signature), TrustedSigners.of(FIRST.getPublic(), keys.getPublic()));
        assertThat(signers).containsExactly(new Signer.Key(KeyId.of(FIRST.getPublic())), new Signer.Key(KeyId.of(keys.getPublic())));
    }

    @Test
    void aFileIsCosignedAndStillVerifies() {
        model = model.resolve("model.gguf");
        signature = scratch.resolve("model.gguf.sig");
        sign();
        cosign(SECOND);
        assertThat(scratch.resolve("model.gguf.sig.d")).isDirectory();
        assertThat(signers()).containsExactly(KeyId.of(FIRST.getPublic()), KeyId.of(SECOND.getPublic()));
        assertThat(ModelVerifier.verify(model, signature, TRUSTED, VerifyOptions.STRICT).names()).containsExactly("model.gguf");
    }

    @Test
    void aCertificateCosigns() {
        sign();
        var authority = TestCa.authority("root").valid(YEARS.negated(), YEARS).selfSigned();
        var signer = TestCa.signer("signer").valid(YEARS.negated(), YEARS).issuedBy(authority);
        ModelCosigner.cosign(model, new SigningIdentity(signer.keys, List.of(signer.certificate, authority.certificate)), signature);
        var trusted = new TrustedSigners(TrustedKeys.of(FIRST.getPublic()), TrustedCertificates.of(authority.certificate), TrustedIdentities.NONE);
        assertThat(BundleVerifier.signers(SignatureSet.read(signature), trusted))
                .satisfiesExactly(one -> assertThat(one).isInstanceOf(Signer.Key.class),
                        two -> assertThat(two).isInstanceOf(Signer.Certificate.class));
    }

    @Test
    void theStatementKeepsItsHashesAndWhatItIgnores() throws IOException {
        Files.writeString(model.resolve("notes.txt"), "not signed");
        ModelSigner.sign(model, SigningIdentity.of(FIRST), new HashPlan(HashAlgorithm.BLAKE3, 3), signature, List.of(Path.of("notes.txt")));
        var manifest = cosign(SECOND);
        assertThat(manifest.plan()).isEqualTo(new HashPlan(HashAlgorithm.BLAKE3, 3));
        assertThat(manifest.ignorePaths()).contains("notes.txt", "model.sig", "model.sig.d");
    }

    @Test
    void signingAgainLeavesCosignaturesOfTheSameModelGood() {
        sign();
        cosign(SECOND);
        sign();
        assertThat(signers()).containsExactly(KeyId.of(FIRST.getPublic()), KeyId.of(SECOND.getPublic()));
    }

    @Test
    void anOlderCosignatureOfTheSameKeyIsReplacedAndNothingElseIs() throws IOException {
        sign();
        cosign(SECOND);
        Files.writeString(model.resolve("model.gguf"), "other weights");
        sign();
        assertThatExceptionOfType(ModelSignatureException.class).isThrownBy(this::signers).withMessageContaining("does not sign the same");
        cosign(SECOND);
        assertThat(signers()).hasSize(2);
        Files.writeString(place(SECOND), "precious");
        assertThatExceptionOfType(SigningException.class).isThrownBy(() -> cosign(SECOND)).withMessageContaining("is no signature");
        assertThat(place(SECOND)).hasContent("precious");
    }

    @Test
    void aModelThatIsNotTheSignedOneIsNotCosigned() throws IOException {
        sign();
        Files.writeString(model.resolve("model.gguf"), "Weights");
        refuses(Reason.DIGEST_MISMATCH, "model.gguf");
        Files.writeString(model.resolve("model.gguf"), "weights");
        Path extra = Files.writeString(model.resolve("extra"), "");
        refuses(Reason.FILE_EXTRA, "extra");
        Files.delete(extra);
        Files.delete(model.resolve("more/config.json"));
        refuses(Reason.FILE_MISSING, "more/config.json");
        assertThat(SignatureSet.folder(signature)).doesNotExist();
    }

    @Test
    void withoutAStatementThereIsNothingToCosign() throws IOException {
        refuses(Reason.SIGNATURE_MISSING, "there is no signature");
        Files.writeString(signature, "{}");
        refuses(Reason.BUNDLE_MALFORMED, "mediaType");
        Files.write(signature, new TestBundle(FIRST).payloadType("text/plain").signedBytes());
        refuses(Reason.STATEMENT_INVALID, "text/plain");
        Files.write(signature, new TestBundle(FIRST).with(statement -> statement.put("more", 1)).signedBytes());
        refuses(Reason.STATEMENT_INVALID, "more");
    }

    /** Whoever wrote the statement: the cosigner vouches for the files, with a signature of its own. */
    @Test
    void theFirstSignatureNeedNotBeGood() throws IOException {
        sign();
        var bundle = (ObjectNode) new JsonMapper().readTree(signature);
        TestBundle.signature(bundle).put("sig", TestBundle.base64(new byte[70]));
        Files.write(signature, TestBundle.bytes(bundle));
        assertThat(cosign(SECOND).signer().key()).isEqualTo(KeyId.of(SECOND.getPublic()));
    }

    @Test
    void aPublicKeyOfAnotherPairIsNoticed() {
        sign();
        var mixed = new KeyPair(SigningKeys.generate(SigningAlgorithm.ML_DSA_65).getPublic(), SECOND.getPrivate());
        assertThatExceptionOfType(SigningException.class).isThrownBy(() -> cosign(mixed)).withMessageContaining("does not verify");
        assertThat(SignatureSet.folder(signature)).doesNotExist();
    }

    @Test
    void aFolderThatIsALinkOrFullIsNotWrittenTo() throws IOException {
        sign();
        Path folder = SignatureSet.folder(signature);
        Path elsewhere = Files.createDirectory(scratch.resolve("elsewhere"));
        Files.createSymbolicLink(folder, elsewhere);
        refuses(Reason.FILE_NOT_REGULAR, "is no folder");
        assertThat(elsewhere).isEmptyDirectory();
        Files.delete(folder);
        Files.createDirectory(folder);
        for (int i = 0; i < SignatureSet.MAX_COSIGNATURES; i++) {
            Files.copy(signature, folder.resolve("copy" + i + ".sig"));
        }
        assertThatExceptionOfType(SigningException.class).isThrownBy(() -> cosign(SECOND)).withMessageContaining("holds 16 signatures");
    }
}
