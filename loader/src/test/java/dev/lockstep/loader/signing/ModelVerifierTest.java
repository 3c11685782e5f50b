package dev.lockstep.loader.signing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lockstep.loader.internal.crypto.Sha256;
import dev.lockstep.loader.signing.ModelSignatureException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.interfaces.ECPublicKey;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ModelVerifierTest {
    private static final KeyPair KEYS = SigningKeys.generate(EcCurve.P256);
    private static final TrustedSigners TRUSTED = TrustedSigners.of((ECPublicKey) KEYS.getPublic());

    @TempDir
    private Path scratch;
    private Path model;
    private Path signature;

    @BeforeEach
    void signModel() throws IOException {
        model = Files.createDirectory(scratch.resolve("model"));
        signature = model.resolve("model.sig");
        write("weights.gguf", "weights");
        write("sub/deep er/größe 🦙.txt", "text");
        write("empty", "");
        ModelSigner.sign(model, KEYS, signature, List.of(Path.of("cache")));
    }

    private Path write(String name, String text) throws IOException {
        Path file = model.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text);
    }

    private SignedManifest verify(VerifyOptions options) {
        return ModelVerifier.verify(model, signature, TRUSTED, options);
    }

    private void refuses(VerifyOptions options, Reason reason, String... inMessage) {
        var refusal = catchThrowableOfType(ModelSignatureException.class, () -> verify(options));
        assertThat(refusal).isNotNull();
        assertThat(refusal.reason()).isEqualTo(reason);
        assertThat(refusal.getMessage()).contains(inMessage);
    }

    private void refuses(Reason reason, String... inMessage) {
        refuses(VerifyOptions.STRICT, reason, inMessage);
    }

    private static VerifyOptions ignoring(String... paths) {
        return new VerifyOptions(List.of(paths).stream().map(Path::of).toList(), false, false);
    }

    private static final VerifyOptions UNSIGNED_ALLOWED = new VerifyOptions(List.of(), true, false);

    @ParameterizedTest
    @EnumSource(EcCurve.class)
    void aDirectoryVerifiesAfterSigningOnEveryCurve(EcCurve curve) {
        var keys = SigningKeys.generate(curve);
        var signed = ModelSigner.sign(model, keys, signature, List.of());
        var verified = ModelVerifier.verify(model, signature, TrustedSigners.of((ECPublicKey) keys.getPublic()),
                VerifyOptions.STRICT);
        assertThat(verified.names()).containsExactly("empty", "sub/deep er/größe 🦙.txt", "weights.gguf")
                .isEqualTo(signed.names());
        assertThat(verified.rootDigest()).isEqualTo(signed.rootDigest());
        assertThat(verified.digestsOf("empty").orElseThrow().digests()).containsExactly(Sha256.of(new byte[0]));
    }

    @Test
    void aSingleFileVerifiesUnderItsNameOnly() throws IOException {
        model = model.resolve("weights.gguf");
        signature = scratch.resolve("weights.sig");
        ModelSigner.sign(model, KEYS, signature, List.of());
        assertThat(verify(VerifyOptions.STRICT).nameOfSingleFile("weights.gguf")).isPresent();

        Path original = model;
        model = Files.copy(original, scratch.resolve("renamed.gguf"));
        refuses(Reason.FILE_MISSING, "not a signature of the single file \"renamed.gguf\"");
        model = Files.createSymbolicLink(Files.createDirectory(scratch.resolve("d")).resolve("weights.gguf"), original);
        refuses(Reason.FILE_NOT_REGULAR, "not a regular file");
        model = scratch.resolve("none");
        refuses(Reason.FILE_MISSING, "does not exist");
        model = original;
        Files.writeString(original, "Weights");
        refuses(Reason.DIGEST_MISMATCH, "weights.gguf");
    }

    @Test
    void theSignatureOfADirectoryIsNotThatOfAFileInIt() {
        model = model.resolve("weights.gguf");
        refuses(Reason.FILE_MISSING, "single file");
    }

    @Test
    void theSignatureOfASingleFileCalledDotIsNotThatOfADirectory() throws IOException {
        Files.write(signature, new TestBundle(KEYS).onlyResource(".").signedBytes());
        refuses(Reason.FILE_MISSING, "signature of a single file");
    }

    @Test
    void aSignatureOutsideTheModelAndADirectoryNamedThroughALinkWork() throws IOException {
        signature = Files.move(signature, scratch.resolve("elsewhere.sig"));
        model = Files.createSymbolicLink(scratch.resolve("current"), model);
        assertThat(verify(VerifyOptions.STRICT).names()).hasSize(3);
    }

    @Test
    void aSignatureThatIsALinkIsNoPartOfTheModelEither() throws IOException {
        Path real = Files.move(signature, scratch.resolve("elsewhere.sig"));
        Files.createSymbolicLink(signature, real);
        assertThat(verify(VerifyOptions.STRICT).names()).hasSize(3);
    }

    @Test
    void noSignatureIsItsOwnReason() throws IOException {
        Files.delete(signature);
        refuses(Reason.SIGNATURE_MISSING, "lockstep sign");
        Files.createDirectory(signature);
        refuses(Reason.SIGNATURE_MISSING, "is not a file");
    }

    @Test
    void anOversizedSignatureIsRefused() throws IOException {
        Files.write(signature, new byte[SignatureBundle.MAX_BYTES + 1]);
        refuses(Reason.BUNDLE_MALFORMED, "larger than");
    }

    @Test
    void oneFlippedBitInAFileIsRefused() throws IOException {
        write("weights.gguf", "weightr");
        refuses(Reason.DIGEST_MISMATCH, "\"weights.gguf\"");
        refuses(UNSIGNED_ALLOWED, Reason.DIGEST_MISMATCH, "\"weights.gguf\"");
        refuses(ignoring("weights.gguf"), Reason.DIGEST_MISMATCH, "\"weights.gguf\"");
    }

    @Test
    void aMissingFileIsRefusedWhateverIsForgiven() throws IOException {
        Files.delete(model.resolve("empty"));
        refuses(Reason.FILE_MISSING, "signed but missing: \"empty\"");
        refuses(UNSIGNED_ALLOWED, Reason.FILE_MISSING, "\"empty\"");
        refuses(ignoring("empty"), Reason.FILE_MISSING, "\"empty\"");
    }

    @Test
    void anExtraFileIsRefusedUnlessItIsForgiven() throws IOException {
        write("sub/extra", "x");
        refuses(Reason.FILE_EXTRA, "not signed: \"sub/extra\"");
        refuses(ignoring("sub/extr"), Reason.FILE_EXTRA, "not signed: \"sub/extra\"");
        assertThat(verify(ignoring("sub/extra")).digestsOf("sub/extra")).isEmpty();
        assertThat(verify(new VerifyOptions(List.of(model.resolve("sub")), false, false)).names()).hasSize(3);
        assertThat(verify(UNSIGNED_ALLOWED).names()).hasSize(3);
    }

    @Test
    void signedIgnorePathsExcuseExtraFiles() throws IOException {
        write("cache/1", "x");
        assertThat(verify(VerifyOptions.STRICT).names()).hasSize(3);
        write("cache2", "x");
        refuses(Reason.FILE_EXTRA, "\"cache2\"");
    }

    @Test
    void anIgnorePathOutsideTheModelHasNoEffect() throws IOException {
        TestBundle bundle = new TestBundle(KEYS);
        bundle.serialization().putArray("ignore_paths").add("../model/extra").add(".").add("/").add("x/../extra");
        Files.write(signature, bundle.signedBytes());
        Files.delete(model.resolve("empty"));
        Files.delete(model.resolve("weights.gguf"));
        write("a", "a");
        write("b", "b");
        assertThat(verify(ignoring("sub")).names()).hasSize(2);
        write("extra", "x");
        refuses(ignoring("sub"), Reason.FILE_EXTRA, "\"extra\"");
    }

    @Test
    void anIgnoredFileThatIsSignedIsStillCompared() throws IOException {
        TestBundle bundle = new TestBundle(KEYS);
        bundle.serialization().putArray("ignore_paths").add("a").add("sub").add("empty").add("weights.gguf");
        Files.write(signature, bundle.signedBytes());
        write("a", "changed");
        write("b", "b");
        refuses(Reason.DIGEST_MISMATCH, "\"a\"");
    }

    @Test
    void allDifferencesAreInOneMessageAndLongListsAreCut() throws IOException {
        Files.delete(model.resolve("empty"));
        for (int i = 10; i < 25; i++) {
            write("extra" + i, "x");
        }
        refuses(Reason.FILE_MISSING, "signed but missing: \"empty\"", "\"extra10\"", "\"extra19\" and 5 more");
    }

    @Test
    void linksAreNeverFollowed() throws IOException {
        Path link = Files.createSymbolicLink(model.resolve("link"), Path.of("weights.gguf"));
        refuses(Reason.FILE_NOT_REGULAR, "\"link\"");
        assertThat(verify(ignoring("link")).names()).hasSize(3);
        assertThat(verify(UNSIGNED_ALLOWED).names()).hasSize(3);
        Files.delete(link);

        Path moved = Files.move(model.resolve("weights.gguf"), scratch.resolve("weights"));
        Files.createSymbolicLink(model.resolve("weights.gguf"), moved);
        refuses(Reason.FILE_NOT_REGULAR, "\"weights.gguf\"");
        refuses(UNSIGNED_ALLOWED, Reason.FILE_NOT_REGULAR, "\"weights.gguf\"");
    }

    @Test
    void aFolderReplacedByALinkToTheSameFilesIsRefused() throws IOException {
        Path moved = Files.move(model.resolve("sub"), scratch.resolve("sub"));
        Files.createSymbolicLink(model.resolve("sub"), moved);
        refuses(Reason.FILE_NOT_REGULAR, "sub/deep er");
        refuses(UNSIGNED_ALLOWED, Reason.FILE_NOT_REGULAR, "sub/deep er");
    }

    @Test
    void aFolderInPlaceOfAFileAndAFileInPlaceOfAFolderAreRefused() throws IOException {
        Files.delete(model.resolve("empty"));
        Files.createDirectory(model.resolve("empty"));
        refuses(Reason.FILE_NOT_REGULAR, "\"empty\"");
        Files.delete(model.resolve("empty"));
        write("empty", "");
        Files.move(model.resolve("sub"), scratch.resolve("sub"));
        write("sub", "");
        refuses(Reason.FILE_NOT_REGULAR, "sub/deep er");
    }

    @Test
    void linksAreNotFollowedEvenIfTheSignerSaysTheyMayBe() throws IOException {
        TestBundle bundle = new TestBundle(KEYS);
        bundle.serialization().put("allow_symlinks", true);
        Files.write(signature, bundle.signedBytes());
        write("b", "b");
        Files.createSymbolicLink(model.resolve("a"), Files.writeString(scratch.resolve("real"), "a"));
        refuses(UNSIGNED_ALLOWED, Reason.FILE_NOT_REGULAR, "\"a\"");
        Files.delete(model.resolve("a"));
        write("a", "a");
        assertThat(verify(UNSIGNED_ALLOWED).names()).hasSize(2);
    }

    @Test
    void aPathOutOfTheModelIsRefusedBeforeAnyFileIsTouched() throws IOException {
        Files.writeString(scratch.resolve("secret"), "a");
        Files.write(signature, new TestBundle(KEYS).onlyResource("../secret").signedBytes());
        refuses(UNSIGNED_ALLOWED, Reason.MANIFEST_INVALID, "../secret");
    }

    @Test
    void onlyTheGivenSignatureFileIsNoPartOfTheModel() throws IOException {
        Files.copy(signature, model.resolve("second.sig"));
        refuses(Reason.FILE_EXTRA, "\"second.sig\"");
    }
}
