package dev.lockstep.loader.signing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.loader.signing.ModelSignatureException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Release statements: what is signed, by whom, and everything that can be wrong with one that is soundly signed. */
class ReleaseTest {
    private static final KeyPair KEYS = SigningKeys.generate(SigningAlgorithm.P256);
    private static final KeyPair OTHER = SigningKeys.generate(SigningAlgorithm.P256);
    private static final TrustedSigners TRUSTED = TrustedSigners.of(KEYS.getPublic(), OTHER.getPublic());
    private static final JsonMapper JSON = new JsonMapper();

    @TempDir
    private Path folder;
    private Path model;
    private Path signature;

    @BeforeEach
    void signModel() throws IOException {
        model = Files.writeString(folder.resolve("weights"), "weights");
        signature = folder.resolve("weights.sig");
        ModelSigner.sign(model, KEYS, signature, List.of());
    }

    private ReleaseStatement sign(long version) {
        return ReleaseSigner.sign(signature, SigningIdentity.of(KEYS), version, Optional.empty(), Optional.empty());
    }

    @Test
    void aReleaseSaysWhatItsSignerSaid() {
        Instant start = Instant.parse("2026-01-01T00:00:00Z");
        Instant end = Instant.parse("2027-01-01T00:00:00Z");
        var signed = ReleaseSigner.sign(signature, SigningIdentity.of(KEYS), 7, Optional.of(start), Optional.of(end));
        SignedRelease read = SignedRelease.read(signature, TRUSTED).orElseThrow();
        assertThat(read.statement()).isEqualTo(signed);
        assertThat(signed).isEqualTo(new ReleaseStatement("weights", ModelVerifier.verify(model, signature, TRUSTED, VerifyOptions.STRICT).rootDigest(),
                7, Optional.of(start), Optional.of(end)));
        assertThat(read.signers()).extracting(Signer::key).containsExactly(KeyId.of(KEYS.getPublic()));
    }

    @Test
    void nobodyHasToSayAnything() {
        assertThat(SignedRelease.read(signature, TRUSTED)).isEmpty();
    }

    @Test
    void cosignersSignTheSameStatement() {
        sign(3);
        ReleaseSigner.cosign(signature, SigningIdentity.of(OTHER), 3);
        assertThat(SignedRelease.read(signature, TRUSTED).orElseThrow().signers()).hasSize(2);
        assertThatExceptionOfType(SigningException.class).isThrownBy(() -> ReleaseSigner.cosign(signature, SigningIdentity.of(OTHER), 4))
                .withMessageContaining("is about version 3").withMessageContaining("nothing is signed");
    }

    /** As that of a model is: ModelCosignerTest. */
    @Test
    void aFolderThatIsALinkOrFullIsNotWrittenTo() throws IOException {
        sign(3);
        Path place = SignedRelease.place(signature);
        Path cosignatures = SignatureSet.folder(place);
        Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
        Files.createSymbolicLink(cosignatures, elsewhere);
        assertThatExceptionOfType(ModelSignatureException.class).isThrownBy(() -> ReleaseSigner.cosign(signature, SigningIdentity.of(OTHER), 3))
                .withMessageContaining("is no folder");
        assertThat(elsewhere).isEmptyDirectory();
        Files.delete(cosignatures);
        Files.createDirectory(cosignatures);
        for (int i = 0; i < SignatureSet.MAX_COSIGNATURES; i++) {
            Files.copy(place, cosignatures.resolve("copy" + i + ".sig"));
        }
        assertThatExceptionOfType(SigningException.class).isThrownBy(() -> ReleaseSigner.cosign(signature, SigningIdentity.of(OTHER), 3))
                .withMessageContaining("holds 16 signatures");
    }

    @Test
    void aNewReleaseHasNoOldCosignatures() {
        sign(3);
        ReleaseSigner.cosign(signature, SigningIdentity.of(OTHER), 3);
        sign(4);
        assertThat(SignedRelease.read(signature, TRUSTED).orElseThrow().signers()).hasSize(1);
    }

    @Test
    void aCosignerNeedsSomethingToSign() {
        assertThatExceptionOfType(ModelSignatureException.class).isThrownBy(() -> ReleaseSigner.cosign(signature, SigningIdentity.of(OTHER), 1))
                .withMessageContaining("there is no release statement to cosign");
    }

    @Test
    void aSignatureByNobodyTrustedCountsForNothing() {
        sign(3);
        var nobody = TrustedSigners.of(SigningKeys.generate(SigningAlgorithm.P256).getPublic());
        assertThat(SignedRelease.read(signature, nobody).orElseThrow().signers()).isEmpty();
    }

    @Test
    void theStatementOfAModelIsNoRelease() throws IOException {
        Files.copy(signature, SignedRelease.place(signature));
        refused("has predicateType \"https://model_signing/signature/v1.0\"");
        Files.delete(SignedRelease.place(signature));
        sign(3);
        Path other = folder.resolve("other");
        Files.copy(SignedRelease.place(signature), other);
        assertThatThrownBy(() -> BundleVerifier.verify(SignatureSet.read(other), TRUSTED)).isInstanceOf(ModelSignatureException.class)
                .hasMessageContaining("has predicateType");
    }

    @Test
    void whatIsSoundlySignedAndWrongIsRefused() throws IOException {
        spoiled(statement -> statement.put("extra", 1), "has an unknown member \"extra\"");
        spoiled(statement -> predicate(statement).put("revision", 1), "predicate has an unknown member \"revision\"");
        spoiled(statement -> statement.put("_type", "https://in-toto.io/Statement/v0.1"), "has _type");
        spoiled(statement -> statement.withArray("subject").addObject().put("name", "x"), "has 2 subjects");
        spoiled(statement -> statement.putArray("subject"), "has 0 subjects");
        spoiled(statement -> subject(statement).put("uri", "x"), "subject[0] has an unknown member \"uri\"");
        spoiled(statement -> digest(statement).put("sha512", "00"), "has an unknown member \"sha512\"");
        spoiled(statement -> digest(statement).put("sha256", "AB"), "is not 64 lower-case hex digits");
        spoiled(statement -> predicate(statement).put("version", 0), "\"version\" must be a whole number from 1");
        spoiled(statement -> predicate(statement).put("version", -1), "\"version\" must be a whole number from 1");
        spoiled(statement -> predicate(statement).put("version", "3"), "\"version\" must be a whole number from 1");
        spoiled(statement -> predicate(statement).remove("version"), "\"version\" is missing");
        spoiled(statement -> predicate(statement).put("notAfter", "never"), "\"notAfter\" is no time");
        spoiled(statement -> predicate(statement).putNull("notAfter"), "\"notAfter\" is missing or empty");
        spoiled(statement -> predicate(statement).put("notBefore", "2027-01-01T00:00:00Z").put("notAfter", "2026-01-01T00:00:00Z"),
                "contradicts itself: notBefore=2027-01-01T00:00:00Z must be before");
    }

    private void spoiled(Consumer<ObjectNode> change, String inMessage) throws IOException {
        var statement = (ObjectNode) JSON.readTree(new ReleaseStatement("weights", "1".repeat(64), 3, Optional.empty(), Optional.empty()).toJson());
        change.accept(statement);
        Files.write(SignedRelease.place(signature), NewBundle.json(SigningIdentity.of(KEYS), JSON.writeValueAsBytes(statement)));
        refused(inMessage);
    }

    private void refused(String inMessage) {
        assertThatThrownBy(() -> SignedRelease.read(signature, TRUSTED)).isInstanceOfSatisfying(ModelSignatureException.class,
                refusal -> assertThat(refusal.reason()).isEqualTo(Reason.STATEMENT_INVALID)).hasMessageContaining(inMessage);
    }

    private static ObjectNode subject(ObjectNode statement) {
        return (ObjectNode) statement.get("subject").get(0);
    }

    private static ObjectNode digest(ObjectNode statement) {
        return (ObjectNode) subject(statement).get("digest");
    }

    private static ObjectNode predicate(ObjectNode statement) {
        return (ObjectNode) statement.get("predicate");
    }
}
