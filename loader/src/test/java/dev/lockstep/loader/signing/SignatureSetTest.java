package dev.lockstep.loader.signing;

import static org.assertj.core.api.Assertions.assertThat;
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
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

/** Which files are signatures of one statement, and which of them are by trusted signers. */
class SignatureSetTest {
    private static final KeyPair A = SigningKeys.generate(SigningAlgorithm.P256);
    private static final KeyPair B = SigningKeys.generate(SigningAlgorithm.ML_DSA_65);
    private static final KeyPair C = SigningKeys.generate(SigningAlgorithm.P521);
    private static final TrustedSigners TRUSTED = TrustedSigners.of(A.getPublic(), B.getPublic(), C.getPublic());

    /** The signer looks at the clock of the machine, whatever that shows. */
    private static final Duration YEARS = Duration.ofDays(9_000);

    @TempDir
    private Path scratch;
    private Path signature;
    private Path folder;

    @BeforeEach
    void makeSignature() throws IOException {
        signature = Files.write(scratch.resolve("model.sig"), signedBy(A));
        folder = SignatureSet.folder(signature);
        assertThat(folder).isEqualTo(scratch.resolve("model.sig.d"));
    }

    private static byte[] signedBy(KeyPair keys) {
        return new TestBundle(keys).signedBytes();
    }

    private Path add(String name, byte[] content) throws IOException {
        Files.createDirectories(folder);
        return Files.write(folder.resolve(name), content);
    }

    private static KeyId id(KeyPair keys) {
        return KeyId.of(keys.getPublic());
    }

    private List<KeyId> signers(TrustedSigners trusted) {
        return BundleVerifier.signers(SignatureSet.read(signature), trusted).stream().map(Signer::key).toList();
    }

    private void refuses(Reason reason, String file, String inMessage) {
        var refusal = catchThrowableOfType(ModelSignatureException.class, () -> SignatureSet.read(signature));
        assertThat(refusal).isNotNull().hasMessageContaining(inMessage);
        assertThat(refusal.reason()).isEqualTo(reason);
        assertThat(refusal.file()).endsWith(file);
    }

    // ---- the files

    @Test
    void aSignatureAloneIsASetOfOne() throws IOException {
        assertThat(SignatureSet.read(signature).size()).isEqualTo(1);
        Files.createDirectory(folder);
        assertThat(SignatureSet.read(signature).size()).isEqualTo(1);
    }

    @Test
    void cosignaturesComeAfterThePrimaryOneInTheOrderOfTheirNames() throws IOException {
        add("2.sig", signedBy(B));
        add("10.sig", signedBy(C));
        assertThat(SignatureSet.read(signature).bundles()).extracting(SignatureBundle::file).containsExactly(
                signature.toString(), folder.resolve("10.sig").toString(), folder.resolve("2.sig").toString());
        assertThat(signers(TRUSTED)).containsExactly(id(A), id(C), id(B));
    }

    @Test
    void aMissingPrimarySignatureIsNotReplacedByCosignatures() throws IOException {
        add("b.sig", signedBy(B));
        Files.delete(signature);
        refuses(Reason.SIGNATURE_MISSING, "model.sig", "there is no signature");
    }

    @Test
    void aCosignatureOfAnotherPayloadOrTypeIsRefused() throws IOException {
        add("b.sig", new TestBundle(B).addResource("c", TestBundle.DIGEST_A).signedBytes());
        refuses(Reason.PAYLOAD_DIFFERS, "b.sig", "does not sign the same statement");
        add("b.sig", new TestBundle(B).withText(text -> text + "\n").signedBytes());
        refuses(Reason.PAYLOAD_DIFFERS, "b.sig", "does not sign the same statement");
        add("b.sig", new TestBundle(B).payloadType("text/plain").signedBytes());
        refuses(Reason.PAYLOAD_DIFFERS, "b.sig", "does not sign the same statement");
    }

    @Test
    void linksAreRefusedWhateverTheyLeadTo() throws IOException {
        Path good = Files.write(scratch.resolve("good.sig"), signedBy(B));
        Files.createDirectory(folder);
        Path link = Files.createSymbolicLink(folder.resolve("b.sig"), good);
        refuses(Reason.FILE_NOT_REGULAR, "b.sig", "links are not followed");
        Files.delete(link);
        Files.delete(folder);
        Files.createSymbolicLink(folder, Files.createDirectory(scratch.resolve("elsewhere")));
        refuses(Reason.FILE_NOT_REGULAR, "model.sig.d", "is no folder");
        Files.delete(folder);
        Files.createSymbolicLink(folder, scratch.resolve("nowhere"));
        refuses(Reason.FILE_NOT_REGULAR, "model.sig.d", "is no folder");
    }

    @Test
    void folderAndFilesAreNotTakenForEachOther() throws IOException {
        Files.createDirectories(folder.resolve("b.sig"));
        refuses(Reason.FILE_NOT_REGULAR, "b.sig", "is not a regular file");
        Files.delete(folder.resolve("b.sig"));
        Files.delete(folder);
        Files.write(folder, signedBy(B));
        refuses(Reason.FILE_NOT_REGULAR, "model.sig.d", "is no folder");
    }

    @ParameterizedTest
    @ValueSource(strings = {"b.sig.old", "readme.txt", "b.SIG", "sig"})
    void filesOfOtherNamesAreRefused(String name) throws IOException {
        add(name, signedBy(B));
        refuses(Reason.SIGNATURE_SET_INVALID, name, "no signature by its name");
    }

    @ParameterizedTest
    @ValueSource(strings = {".b.sig.0.tmp", ".DS_Store", ".sig"})
    void hiddenFilesAreLeftAlone(String name) throws IOException {
        add(name, new byte[] {1});
        assertThat(SignatureSet.read(signature).size()).isEqualTo(1);
    }

    @Test
    void sixteenCosignaturesAreReadAndSeventeenRefused() throws IOException {
        byte[] bundle = signedBy(B);
        for (int i = 1; i <= 16; i++) {
            add(i + ".sig", bundle);
        }
        assertThat(SignatureSet.read(signature).size()).isEqualTo(17);
        add("17.sig", bundle);
        refuses(Reason.SIGNATURE_SET_INVALID, "model.sig.d", "more than 16 signatures");
    }

    @Test
    void malformedAndOversizedCosignaturesAreRefusedByTheirNames() throws IOException {
        add("b.sig", new byte[0]);
        refuses(Reason.BUNDLE_MALFORMED, "b.sig", "is empty");
        add("b.sig", new byte[SignatureBundle.MAX_BYTES + 1]);
        refuses(Reason.BUNDLE_MALFORMED, "b.sig", "larger than");
    }

    // ---- the signers

    @Test
    void theSameKeyTwiceCountsOnce() throws IOException {
        add("a.sig", signedBy(A));
        add("b.sig", signedBy(B));
        add("c.sig", signedBy(B));
        assertThat(signers(TRUSTED)).containsExactly(id(A), id(B));
    }

    @Test
    void signersThatAreNotTrustedAreNotCounted() throws IOException {
        add("b.sig", signedBy(B));
        assertThat(signers(TrustedSigners.of(B.getPublic()))).containsExactly(id(B));
        assertThat(signers(TrustedSigners.of(C.getPublic()))).isEmpty();
        assertThat(signers(TrustedSigners.NONE)).isEmpty();
    }

    @Test
    void oneBadSignatureInTheNameOfATrustedKeyRefusesTheSet() throws IOException {
        ObjectNode forged = new TestBundle(SigningKeys.generate(SigningAlgorithm.ML_DSA_65)).sign();
        TestBundle.publicKey(forged).put("hint", id(B).hex());
        add("b.sig", TestBundle.bytes(forged));
        var refusal = catchThrowableOfType(ModelSignatureException.class, () -> signers(TRUSTED));
        assertThat(refusal.reason()).isEqualTo(Reason.SIGNATURE_INVALID);
        assertThat(refusal.file()).endsWith("b.sig");
        assertThat(signers(TrustedSigners.of(A.getPublic()))).containsExactly(id(A));
    }

    @Test
    void aBundleThatNamesNoKeyCountsForTheKeyThatSignedIt() throws IOException {
        ObjectNode unnamed = new TestBundle(B).sign();
        TestBundle.publicKey(unnamed).remove("hint");
        add("b.sig", TestBundle.bytes(unnamed));
        assertThat(signers(TRUSTED)).containsExactly(id(A), id(B));
        assertThat(signers(TrustedSigners.of(A.getPublic()))).containsExactly(id(A));
    }

    @Test
    void aCertificateOfNobodyTrustedOrOfYesterdayIsNotCounted() throws IOException {
        byte[] statement = SignatureSet.read(signature).bundles().getFirst().payload();
        var authority = TestCa.authority("root").valid(YEARS.negated(), YEARS).selfSigned();
        var signer = TestCa.signer("signer").valid(YEARS.negated(), YEARS).issuedBy(authority);
        var identity = new SigningIdentity(signer.keys, List.of(signer.certificate, authority.certificate));
        add("c.sig", NewBundle.sign(identity, statement, folder).json());
        var keys = TrustedKeys.of(A.getPublic());
        assertThat(signers(new TrustedSigners(keys, TrustedCertificates.of(authority.certificate), TrustedIdentities.NONE)))
                .containsExactly(id(A), KeyId.of(signer.keys.getPublic()));
        var other = TrustedCertificates.of(TestCa.authority("other").selfSigned().certificate);
        assertThat(signers(new TrustedSigners(keys, other, TrustedIdentities.NONE))).containsExactly(id(A));
        var later = new TrustedCertificates(List.of(authority.certificate), () -> TestCa.NOW.plus(Duration.ofDays(36_500)));
        assertThat(signers(new TrustedSigners(keys, later, TrustedIdentities.NONE))).containsExactly(id(A));
        assertThat(signers(TrustedSigners.of(keys))).containsExactly(id(A));
    }
}
