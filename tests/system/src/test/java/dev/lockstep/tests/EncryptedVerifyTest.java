package dev.lockstep.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.app.InProcess;
import dev.lockstep.loader.age.AgeFiles;
import dev.lockstep.loader.age.AgeIdentityFile;
import dev.lockstep.loader.age.EncryptedName;
import dev.lockstep.loader.age.X25519Identity;
import dev.lockstep.loader.signing.KeyId;
import dev.lockstep.loader.signing.ModelSigner;
import dev.lockstep.loader.signing.SigningAlgorithm;
import dev.lockstep.loader.signing.SigningKeys;
import dev.lockstep.testkit.Cli;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** {@code verify} of models that lie there encrypted: what their publisher signed counts, and every other outcome has its exit code. */
class EncryptedVerifyTest {
    private static final KeyPair KEYS = SigningKeys.generate(SigningAlgorithm.P256);
    private static final JsonMapper JSON = new JsonMapper();

    @TempDir
    private Path folder;
    private Path model;
    private Path weights;
    private Path publicKey;
    private Path identity;

    @BeforeEach
    void makeModel() throws IOException {
        publicKey = folder.resolve("pub.pem");
        SigningKeys.write(KEYS, folder.resolve("key.pem"), publicKey, null);
        identity = folder.resolve("me.txt");
        model = Files.createDirectory(folder.resolve("model"));
        weights = Files.writeString(model.resolve("model.gguf"), "weights");
        Files.writeString(model.resolve("config.json"), "{}");
    }

    /** Signs, then encrypts the weights. */
    private Path protect(Path signed, Path signature) throws IOException {
        ModelSigner.sign(signed, KEYS, signature, List.of());
        Path encrypted = EncryptedName.of(weights);
        try (var me = X25519Identity.generate()) {
            AgeIdentityFile.write(identity, me);
            AgeFiles.encrypt(weights, encrypted, List.of(me.recipient()), done -> { });
        }
        Files.delete(weights);
        return encrypted;
    }

    private Path protectFolder() throws IOException {
        return protect(model, model.resolve("model.sig"));
    }

    private Cli.Result verify(Path path, Object... more) {
        return InProcess.run(Stream.concat(Stream.of("verify", path), Stream.of(more)).toArray());
    }

    private List<String> files() throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.map(Path::toString).sorted().toList();
        }
    }

    @Test
    void aFolderVerifiesOverThePlaintextWhichIsOnNoDisk() throws IOException {
        protectFolder();
        List<String> before = files();
        var verified = verify(model, "--public-key", publicKey, "--age-identity", identity, "--json");
        assertThat(verified.exitCode()).as(verified.err()).isZero();
        assertThat(JSON.readTree(verified.text()).get("files").valueStream().map(name -> name.asString())).containsExactly("config.json", "model.gguf");
        assertThat(files()).isEqualTo(before);
    }

    @Test
    void aFileVerifiesWithTheSignatureOfItsPlaintext() throws IOException {
        Path encrypted = protect(weights, weights.resolveSibling("model.gguf.sig"));
        var verified = verify(encrypted, "--public-key", publicKey, "--age-identity", identity);
        assertThat(verified.exitCode()).as(verified.err()).isZero();
        assertThat(verified.text()).startsWith("verified: 1 file(s) of model.gguf");
        ModelSigner.sign(encrypted, KEYS, encrypted.resolveSibling("model.gguf.age.sig"), List.of());
        assertThat(verify(encrypted, "--public-key", publicKey).text()).as("its own signature comes first").startsWith("verified: 1 file(s) of model.gguf.age");
    }

    @Test
    void whoCannotDecryptIsToldSo() throws IOException {
        protectFolder();
        var noTerminal = verify(model, "--public-key", publicKey);
        assertThat(noTerminal.exitCode()).isEqualTo(2);
        assertThat(noTerminal.err()).contains("a passphrase is asked for on a terminal, and there is none");
        Path other = folder.resolve("other.txt");
        try (var somebody = X25519Identity.generate()) {
            AgeIdentityFile.write(other, somebody);
        }
        var wrong = verify(model, "--public-key", publicKey, "--age-identity", other);
        assertThat(wrong.exitCode()).isEqualTo(1);
        assertThat(wrong.err()).contains("model.gguf.age: is encrypted for somebody else");
    }

    @Test
    void whatWasChangedIsRefused() throws IOException {
        Path encrypted = protectFolder();
        byte[] bytes = Files.readAllBytes(encrypted);
        bytes[bytes.length - 1] ^= 1;
        Files.write(encrypted, bytes);
        var changed = verify(model, "--public-key", publicKey, "--age-identity", identity, "--json", "--explain");
        assertThat(changed.exitCode()).isEqualTo(3);
        assertThat(changed.err()).contains("model.gguf.age: has a payload that was changed or cut");
        var report = JSON.readTree(changed.text());
        assertThat(report.get("verified").asBoolean()).isFalse();
        assertThat(report.get("reason").asString()).isEqualTo("age-payload").isEqualTo(report.get("rules").get(0).get("rule").asString());

        Files.delete(encrypted);
        Files.writeString(weights, "Weights");
        try (var me = AgeIdentityFile.read(identity).getFirst()) {
            AgeFiles.encrypt(weights, encrypted, List.of(((X25519Identity) me).recipient()), done -> { });
        }
        var both = verify(model, "--public-key", publicKey, "--age-identity", identity);
        assertThat(both.exitCode()).isEqualTo(3);
        assertThat(both.err()).contains("both plain and encrypted: \"model.gguf\", \"model.gguf.age\"");
        Files.delete(weights);
        var other = verify(model, "--public-key", publicKey, "--age-identity", identity);
        assertThat(other.exitCode()).isEqualTo(3);
        assertThat(other.err()).contains("other bytes than were signed in \"model.gguf\"");
    }

    @Test
    void aPolicyKnowsThePlaintextsNameAndTheFilesThatLieThere() throws IOException {
        Path encrypted = protect(weights, weights.resolveSibling("model.gguf.sig"));
        var root = JSON.createObjectNode().put("format", "lockstep-trust-policy/v1").put("name", "office").put("version", 1);
        var rule = root.putArray("models").addObject().put("name", "model.gguf").put("files", "protected");
        rule.putArray("signers").addObject().put("type", "key").put("keyId", KeyId.of(KEYS.getPublic()).hex()).put("publicKey", Files.readString(publicKey));
        Path policy = Files.writeString(folder.resolve("trust.json"), root.toString());
        Object[] arguments = {"--trust", policy, "--state", folder.resolve("state"), "--explain", "--age-identity", identity};
        var verified = verify(encrypted, arguments);
        assertThat(verified.exitCode()).as(verified.err()).isZero();
        assertThat(verified.text()).contains("pass  model.files");
        Files.setPosixFilePermissions(encrypted, PosixFilePermissions.fromString("rw-rw-rw-"));
        var exposed = verify(encrypted, arguments);
        assertThat(exposed.exitCode()).isEqualTo(3);
        assertThat(exposed.err()).contains("everybody may write to").contains("model.gguf.age");
    }
}
