package dev.lockstep.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import java.security.KeyPair;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The loader opens nothing that the manifest does not list, whatever was ignored on the way; and what it cannot use leaves no trace. */
class CoveredSetTest {
    private static final KeyPair KEYS = SigningKeys.generate(SigningAlgorithm.P256);
    private static final TrustedSigners TRUSTED = TrustedSigners.of(KEYS.getPublic());

    @TempDir
    private Path folder;

    private Path writeModel(String name) throws IOException {
        Path file = folder.resolve(name);
        try (var writer = GgufWriter.create(file, GgufWriter.Existing.REPLACE, new GgufMetadata(), List.of())) {
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
        TrustPolicy trust = TrustPolicy.of(PolicyVerifier.of(policy(), List.of(KEYS.getPublic()), TrustedRoot.NONE, state, InstantSource.system()));
        assertThatThrownBy(() -> CheckpointLoader.open(model, trust)).isInstanceOf(ModelFormatException.class);
        assertThat(state.newest(Kind.MODEL, "model.gguf")).isEmpty();
        assertThat(state.newest(Kind.POLICY, "test")).as("the policy was asked").hasValue(1);
    }

    private static TrustDocument policy() {
        String json = """
                {"format": "lockstep-trust-policy/v1", "name": "test", "version": 1,
                 "models": [{"name": "*", "signers": [{"type": "key", "keyId": "%s"}]}]}""".formatted(KeyId.of(KEYS.getPublic()));
        return TrustDocument.parse(json.getBytes(StandardCharsets.UTF_8), "trust.json");
    }
}
