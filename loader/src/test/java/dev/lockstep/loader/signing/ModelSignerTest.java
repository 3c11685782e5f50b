package dev.lockstep.loader.signing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.interfaces.ECPublicKey;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ModelSignerTest {
    private static final KeyPair KEYS = SigningKeys.generate(EcCurve.P384);
    private static final JsonMapper JSON = new JsonMapper();

    @TempDir
    private Path scratch;
    private Path model;
    private Path signature;

    @BeforeEach
    void makeModel() throws IOException {
        model = Files.createDirectory(scratch.resolve("my model"));
        signature = model.resolve("model.sig");
        write("model.gguf", "weights");
        write("config.json", "{}");
    }

    private Path write(String name, String text) throws IOException {
        Path file = model.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text);
    }

    private SignedManifest sign(Path... ignored) {
        return ModelSigner.sign(model, KEYS, signature, List.of(ignored));
    }

    private void refuses(String inMessage, Path... ignored) {
        assertThatExceptionOfType(SigningException.class).isThrownBy(() -> sign(ignored))
                .withMessageContaining(inMessage);
        assertThat(signature).doesNotExist();
    }

    private JsonNode statement() throws IOException {
        JsonNode payload = JSON.readTree(signature).get("dsseEnvelope").get("payload");
        return JSON.readTree(Base64.getDecoder().decode(payload.stringValue()));
    }

    @Test
    void theBundleHasTheMembersOfTheSchemaAndNoOthers() throws IOException {
        sign();
        JsonNode bundle = JSON.readTree(signature);
        assertThat(bundle.propertyNames()).containsExactly("mediaType", "verificationMaterial", "dsseEnvelope");
        assertThat(bundle.get("mediaType").stringValue())
                .isEqualTo("application/vnd.dev.sigstore.bundle.v0.3+json");
        JsonNode material = bundle.get("verificationMaterial");
        assertThat(material.propertyNames()).containsExactly("publicKey", "tlogEntries");
        assertThat(material.get("publicKey").propertyNames()).containsExactly("hint");
        assertThat(material.get("publicKey").get("hint").stringValue())
                .isEqualTo(KeyId.of((ECPublicKey) KEYS.getPublic()).hex());
        assertThat(material.get("tlogEntries").isArray()).isTrue();
        JsonNode envelope = bundle.get("dsseEnvelope");
        assertThat(envelope.propertyNames()).containsExactly("payload", "payloadType", "signatures");
        assertThat(envelope.get("payloadType").stringValue()).isEqualTo("application/vnd.in-toto+json");
        assertThat(envelope.get("signatures").size()).isEqualTo(1);
        assertThat(envelope.get("signatures").get(0).propertyNames()).containsExactly("sig", "keyid");
    }

    @Test
    void theStatementHasTheMembersOfTheSchemaAndNoOthers() throws IOException {
        sign(Path.of("notes"));
        JsonNode statement = statement();
        assertThat(statement.propertyNames()).containsExactly("_type", "subject", "predicateType", "predicate");
        assertThat(statement.get("_type").stringValue()).isEqualTo("https://in-toto.io/Statement/v1");
        assertThat(statement.get("predicateType").stringValue())
                .isEqualTo("https://model_signing/signature/v1.0");
        assertThat(statement.get("subject").size()).isEqualTo(1);
        assertThat(statement.get("subject").get(0).get("name").stringValue()).isEqualTo("my model");
        JsonNode predicate = statement.get("predicate");
        assertThat(predicate.propertyNames()).containsExactly("resources", "serialization");
        for (JsonNode resource : predicate.get("resources")) {
            assertThat(resource.propertyNames()).containsExactly("name", "digest", "algorithm");
            assertThat(resource.get("algorithm").stringValue()).isEqualTo("sha256");
            assertThat(resource.get("digest").stringValue()).matches("[0-9a-f]{64}");
        }
        JsonNode serialization = predicate.get("serialization");
        assertThat(serialization.propertyNames())
                .containsExactly("method", "hash_type", "allow_symlinks", "ignore_paths");
        assertThat(serialization.get("method").stringValue()).isEqualTo("files");
        assertThat(serialization.get("hash_type").stringValue()).isEqualTo("sha256");
        assertThat(serialization.get("allow_symlinks").booleanValue()).isFalse();
        assertThat(serialization.get("ignore_paths").valueStream().map(JsonNode::stringValue))
                .containsExactly(".git", ".gitattributes", ".github", ".gitignore", "model.sig", "model.sig.d", "model.sig.release", "model.sig.release.d",
                        "notes");
    }

    @Test
    void aSingleFileIsCalledByItsNameInBothPlaces() throws IOException {
        signature = scratch.resolve("model.gguf.sig");
        ModelSigner.sign(model.resolve("model.gguf"), KEYS, signature, List.of());
        assertThat(statement().get("subject").get(0).get("name").stringValue()).isEqualTo("model.gguf");
        JsonNode predicate = statement().get("predicate");
        assertThat(predicate.get("resources").size()).isEqualTo(1);
        assertThat(predicate.get("resources").get(0).get("name").stringValue()).isEqualTo("model.gguf");
        assertThat(predicate.get("serialization").has("ignore_paths")).isFalse();
    }

    @Test
    void filesAreListedInCodePointOrderOfTheirWholeNames() throws IOException {
        write("a/b", "1");
        write("a.b", "2");
        write("🦙", "3");
        write("\uFFFD", "4");
        write(".hidden", "5");
        write("sub/.gitignore", "6");
        write("empty", "");
        assertThat(sign().names()).containsExactly(".hidden", "a.b", "a/b", "config.json", "empty", "model.gguf",
                "sub/.gitignore", "\uFFFD", "🦙");
    }

    @Test
    void whatIsExcludedIsNotListed() throws IOException {
        write(".git/config", "x");
        write(".gitignore", "x");
        write(".gitattributes", "x");
        write(".github/workflow.yml", "x");
        write("notes/a", "x");
        write("notes2", "x");
        assertThat(sign(model.resolve("notes")).names()).containsExactly("config.json", "model.gguf", "notes2");
        assertThatExceptionOfType(SigningException.class)
                .isThrownBy(() -> sign(scratch.resolve("elsewhere")))
                .withMessageContaining("is not below");
    }

    @Test
    void signingAgainReplacesTheSignatureAndLeavesNothingElseBehind() throws IOException {
        sign();
        write("model.gguf", "other weights");
        sign();
        try (Stream<Path> files = Files.list(model)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder("config.json", "model.gguf", "model.sig");
        }
        var trusted = TrustedSigners.of((ECPublicKey) KEYS.getPublic());
        assertThat(ModelVerifier.verify(model, signature, trusted, VerifyOptions.STRICT).names()).hasSize(2);
    }

    @Test
    void aFileThatIsNoSignatureIsNeverOverwritten() throws IOException {
        for (String name : new String[] {"model.gguf", "config.json"}) {
            String before = Files.readString(model.resolve(name));
            assertThatExceptionOfType(SigningException.class)
                    .isThrownBy(() -> ModelSigner.sign(model, KEYS, model.resolve(name), List.of()))
                    .withMessageContaining("not overwritten");
            assertThat(model.resolve(name)).hasContent(before);
        }
    }

    @Test
    void linksAreRefusedWhetherTheyLeadToFilesFoldersOrNowhere() throws IOException {
        for (String target : new String[] {"model.gguf", "..", "nowhere"}) {
            Path link = Files.createSymbolicLink(model.resolve("a link"), Path.of(target));
            refuses("\"a link\"");
            assertThat(sign(Path.of("a link")).names()).hasSize(2);
            Files.delete(link);
            Files.delete(signature);
        }
        Path link = Files.createSymbolicLink(scratch.resolve("link.gguf"), model.resolve("model.gguf"));
        assertThatExceptionOfType(SigningException.class)
                .isThrownBy(() -> ModelSigner.sign(link, KEYS, signature, List.of()))
                .withMessageContaining("links are not signed");
    }

    @Test
    void whatCannotBeSignedSaysWhy() throws IOException {
        write("back\\slash", "x");
        refuses("back\\slash");
        Files.delete(model.resolve("back\\slash"));
        Path file = model.resolve("model.gguf");
        model = Files.createDirectory(scratch.resolve("empty"));
        signature = model.resolve("model.sig");
        refuses("no files");
        model = scratch.resolve("none");
        refuses("does not exist");
        model = file;
        refuses("nothing to ignore", Path.of("x"));
        signature = scratch.resolve("no such folder/model.sig");
        refuses("cannot be written");
    }

    @Test
    void aPublicKeyOfAnotherPairIsNoticedBeforeAnythingIsWritten() {
        var mixed = new KeyPair(SigningKeys.generate(EcCurve.P384).getPublic(), KEYS.getPrivate());
        assertThatExceptionOfType(SigningException.class)
                .isThrownBy(() -> ModelSigner.sign(model, mixed, signature, List.of()))
                .withMessageContaining("does the public key belong to the private key?");
        assertThat(signature).doesNotExist();
    }
}
