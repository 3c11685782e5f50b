package dev.lockstep.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.loader.GgufMetadata.IntegerType;
import dev.lockstep.loader.signing.HashAlgorithm;
import dev.lockstep.loader.signing.HashPlan;
import dev.lockstep.loader.signing.KeyId;
import dev.lockstep.loader.signing.ModelSignatureException.Reason;
import dev.lockstep.loader.signing.ModelSignatureException;
import dev.lockstep.loader.signing.ModelSigner;
import dev.lockstep.loader.signing.ModelVerifier;
import dev.lockstep.loader.signing.ReleaseSigner;
import dev.lockstep.loader.signing.SigningAlgorithm;
import dev.lockstep.loader.signing.SigningIdentity;
import dev.lockstep.loader.signing.SigningKeys;
import dev.lockstep.loader.signing.TrustedRoot;
import dev.lockstep.loader.signing.TrustedSigners;
import dev.lockstep.loader.signing.VerifyOptions;
import dev.lockstep.loader.trust.PolicyVerifier;
import dev.lockstep.loader.trust.SealedState;
import dev.lockstep.loader.trust.SeenVersions.Kind;
import dev.lockstep.loader.trust.TrustDocument;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The loader opens nothing that the manifest does not list, whatever was ignored on the way; and what it cannot use leaves no trace. */
class CoveredSetTest {
    private static final KeyPair KEYS = SigningKeys.generate(SigningAlgorithm.P256);
    private static final TrustedSigners TRUSTED = TrustedSigners.of(KEYS.getPublic());

    @TempDir
    private Path folder;

    private Path writeModel(String name) throws IOException {
        return writeModel(name, new GgufMetadata());
    }

    private Path writeModel(String name, GgufMetadata metadata) throws IOException {
        Path file = folder.resolve(name);
        try (var writer = GgufWriter.create(file, GgufWriter.Existing.REPLACE, metadata, List.of())) {
            writer.finish();
        }
        return file;
    }

    @Test
    void weightsThatTheSignerIgnoredAreNotLoaded() throws IOException {
        Path model = writeModel("model.gguf");
        Path other = writeModel("other.gguf");
        Path signature = folder.resolve("model.sig");
        ModelSigner.sign(folder, KEYS, signature, List.of(model));
        // verification is content, because the signer said so
        assertThat(ModelVerifier.verify(folder, signature, TRUSTED, VerifyOptions.STRICT).names()).containsExactly("other.gguf");
        CheckpointLoader.open(other, TrustPolicy.of(TRUSTED)).close();
        assertThatThrownBy(() -> CheckpointLoader.open(model, TrustPolicy.of(TRUSTED))).isInstanceOfSatisfying(ModelSignatureException.class,
                refusal -> assertThat(refusal.reason()).isEqualTo(Reason.FILE_EXTRA)).hasMessageContaining("is not covered by the signature");
    }

    @Test
    void aFileOfAnotherSizeIsNotEvenRead() throws IOException {
        Path model = writeModel("model.gguf");
        ModelSigner.sign(model, SigningIdentity.of(KEYS), new HashPlan(HashAlgorithm.SHA_256, 8), folder.resolve("model.gguf.sig"), List.of());
        Files.write(model, new byte[1]);
        assertThatThrownBy(() -> CheckpointLoader.open(model, TrustPolicy.of(TRUSTED))).isInstanceOf(ModelSignatureException.class)
                .hasMessageContaining("has 1 bytes, but");
    }

    @Test
    void aReleaseThatCannotBeUsedIsNotRemembered() throws IOException {
        Path model = Files.writeString(folder.resolve("model.gguf"), "signed, but no model");
        Path signature = folder.resolve("model.gguf.sig");
        ModelSigner.sign(model, KEYS, signature, List.of());
        ReleaseSigner.sign(signature, SigningIdentity.of(KEYS), 9, Optional.empty(), Optional.empty());
        SealedState state = SealedState.in(folder.resolve("state"));
        TrustPolicy trust = TrustPolicy.of(verifier("", state));
        assertThatThrownBy(() -> CheckpointLoader.open(model, trust)).isInstanceOf(ModelFormatException.class);
        assertThat(state.newest(Kind.MODEL, "model.gguf")).isEmpty();
        assertThat(state.newest(Kind.POLICY, "test")).as("the policy was asked").hasValue(1);
    }

    @Test
    void aPolicyIsAskedAboutAllFilesThatAreRead() throws IOException {
        Path named = writeModel("model-00001-of-00002.gguf", splitKeys(0).integer("split.tensors.count", IntegerType.INT32, 0));
        Path other = writeModel("model-00002-of-00002.gguf", splitKeys(1));
        ModelSigner.sign(folder, KEYS, folder.resolve("model.sig"), List.of());
        TrustPolicy trust = TrustPolicy.of(verifier("\"files\": \"protected\",", SealedState.in(folder.resolve("state"))));
        CheckpointLoader.open(named, trust).close();
        Files.setPosixFilePermissions(other, PosixFilePermissions.fromString("rw-rw-rw-"));
        assertThatThrownBy(() -> CheckpointLoader.open(named, trust)).isInstanceOf(ModelSignatureException.class)
                .hasMessageContaining("everybody may write to " + other);
    }

    private static GgufMetadata splitKeys(int number) {
        return new GgufMetadata().integer("split.no", IntegerType.UINT16, number).integer("split.count", IntegerType.UINT16, 2);
    }

    /** The name says it is a part of the other file, which knows of no parts. */
    @ParameterizedTest
    @ValueSource(strings = {"model-00002-of-00002.gguf", "model-00002-of-00001.gguf"})
    void theFileThatWasNamedIsRead(String name) throws IOException {
        Path named = writeModel(name);
        writeModel("model-00001-of-0000" + name.charAt(name.length() - 6) + ".gguf");
        assertThatThrownBy(() -> CheckpointLoader.open(named, TrustPolicy.allowUnsigned())).isInstanceOf(ModelFormatException.class)
                .hasMessageContaining(name + ", which was named, is no part of it");
    }

    private static PolicyVerifier verifier(String rules, SealedState state) {
        String json = """
                {"format": "lockstep-trust-policy/v1", "name": "test", "version": 1,
                 "models": [{"name": "*", %s "signers": [{"type": "key", "keyId": "%s"}]}]}""".formatted(rules, KeyId.of(KEYS.getPublic()));
        TrustDocument policy = TrustDocument.parse(json.getBytes(StandardCharsets.UTF_8), "trust.json");
        return PolicyVerifier.of(policy, List.of(KEYS.getPublic()), TrustedRoot.NONE, state, InstantSource.system());
    }
}
