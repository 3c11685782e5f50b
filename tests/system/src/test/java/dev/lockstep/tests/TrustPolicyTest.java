package dev.lockstep.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.app.InProcess;
import dev.lockstep.loader.signing.KeyId;
import dev.lockstep.loader.signing.ModelSigner;
import dev.lockstep.loader.signing.ReleaseSigner;
import dev.lockstep.loader.signing.SigningAlgorithm;
import dev.lockstep.loader.signing.SigningIdentity;
import dev.lockstep.loader.signing.SigningKeys;
import dev.lockstep.testkit.Cli;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A trust policy from the command line: whose word counts, how many of them, which version, and what tells why. */
class TrustPolicyTest {
    private static final JsonMapper JSON = new JsonMapper();

    @TempDir
    private Path folder;
    private Path model;
    private Path policy;
    private Path state;

    @BeforeEach
    void place() throws IOException {
        model = Files.copy(Models.demoFile(), folder.resolve("model.gguf"));
        policy = folder.resolve("trust.json");
        state = folder.resolve("state");
    }

    /** Not by the command line, which other tests do: a process takes a second. */
    private String keygen(String name, String algorithm) {
        KeyPair keys = SigningKeys.generate(SigningAlgorithm.named(algorithm).orElseThrow());
        SigningKeys.write(keys, key(name), publicKey(name), null);
        return KeyId.of(keys.getPublic()).hex();
    }

    private Path key(String name) {
        return folder.resolve(name + ".pem");
    }

    private Path publicKey(String name) {
        return folder.resolve(name + ".pub.pem");
    }

    private void sign(String name) {
        ModelSigner.sign(model, SigningKeys.readKeyPair(key(name), null), folder.resolve("model.gguf.sig"), List.of());
    }

    private void release(String name, long version) {
        sign(name);
        ReleaseSigner.sign(folder.resolve("model.gguf.sig"), SigningIdentity.of(SigningKeys.readKeyPair(key(name), null)), version,
                Optional.empty(), Optional.empty());
    }

    private void signByCommand(String name, Object... more) {
        Object[] arguments = Stream.concat(Stream.of("sign", model, "--private-key", key(name)), Arrays.stream(more)).toArray();
        var signed = InProcess.run(arguments);
        assertThat(signed.exitCode()).as(signed.err()).isZero();
    }

    private ObjectNode newPolicy() {
        var root = JSON.createObjectNode();
        root.put("format", "lockstep-trust-policy/v1").put("name", "office").put("version", 1);
        root.putArray("models").addObject().put("name", "model.gguf").putArray("signers");
        return root;
    }

    private static ObjectNode rule(ObjectNode root) {
        return (ObjectNode) root.get("models").get(0);
    }

    private ObjectNode addSigner(ObjectNode root, String name, String keyId) throws IOException {
        return rule(root).withArray("signers").addObject().put("type", "key").put("keyId", keyId)
                .put("publicKey", Files.readString(publicKey(name)));
    }

    private void write(ObjectNode root) throws IOException {
        Files.writeString(policy, root.toString());
    }

    private Cli.Result verify(Object... more) {
        Object[] arguments = Stream.concat(Stream.of("verify", model, "--trust", policy, "--state", state, "--explain"), Arrays.stream(more)).toArray();
        return InProcess.run(arguments);
    }

    private Cli.Result inspect() {
        return InProcess.run("inspect", model, "--trust", policy, "--state", state);
    }

    private void assertRefused(String rule) {
        var verified = verify();
        assertThat(verified.exitCode()).as(verified.text() + verified.err()).isEqualTo(3);
        assertThat(verified.err()).contains("rule " + rule + ":");
        assertThat(verified.text().lines().filter(line -> line.startsWith("FAIL"))).hasSize(1).allMatch(line -> line.contains(rule));
    }

    private void assertAllowed() {
        var opened = inspect();
        assertThat(opened.exitCode()).as(opened.err()).isZero();
    }

    @Test
    void aThresholdOfHybridSignersAndNothingOlder() throws IOException {
        ObjectNode root = newPolicy();
        ObjectNode alice = addSigner(root, "alice", keygen("alice", "P-384"));
        alice.putObject("postQuantum").put("keyId", keygen("alice-pq", "ML-DSA-65")).put("publicKey", Files.readString(publicKey("alice-pq")));
        ObjectNode bob = addSigner(root, "bob", keygen("bob", "P-256"));
        bob.putObject("postQuantum").put("keyId", keygen("bob-pq", "ML-DSA-65")).put("publicKey", Files.readString(publicKey("bob-pq")));
        rule(root).put("threshold", 2).put("postQuantum", "required").put("minVersion", 2);
        write(root);

        signByCommand("alice", "--release", "2");
        for (String cosigner : new String[] {"alice-pq", "bob"}) {
            signByCommand(cosigner, "--cosign", "--release", "2");
        }
        assertRefusedInAllRules("signers.threshold");
        var opened = inspect();
        assertThat(opened.exitCode()).isEqualTo(3);
        assertThat(opened.err()).contains("rule signers.threshold: 1 of 2 signers, 2 needed");
        signByCommand("bob-pq", "--cosign", "--release", "2");
        assertThat(verify().text()).doesNotContain("FAIL").contains("pass  signers.threshold").contains("pass  release.signers");
        assertAllowed();

        signByCommand("alice", "--release", "1");
        for (String cosigner : new String[] {"alice-pq", "bob", "bob-pq"}) {
            signByCommand(cosigner, "--cosign", "--release", "1");
        }
        var verified = verify();
        assertThat(verified.exitCode()).isEqualTo(3);
        assertThat(verified.text()).contains("FAIL  release.minVersion").contains("FAIL  release.rollback")
                .contains("this device has seen version 2");
    }

    /** One signer is missing for the model and for its release alike. */
    private void assertRefusedInAllRules(String decisive) {
        var verified = verify();
        assertThat(verified.exitCode()).as(verified.text()).isEqualTo(3);
        assertThat(verified.err()).contains("rule " + decisive + ": 1 of 2 signers, 2 needed");
        assertThat(verified.text()).contains("FAIL  release.signers");
    }

    @Test
    void aReleaseThatWasSeenCannotBeTakenBackNorLeftOut() throws IOException {
        ObjectNode root = newPolicy();
        addSigner(root, "alice", keygen("alice", "P-256"));
        write(root);
        release("alice", 5);
        assertAllowed();
        release("alice", 4);
        assertRefused("release.rollback");
        Files.delete(folder.resolve("model.gguf.sig.release"));
        assertRefused("release.present");
        release("alice", 6);
        assertAllowed();
    }

    @Test
    void whatEndsEnds() throws IOException {
        ObjectNode root = newPolicy();
        addSigner(root, "alice", keygen("alice", "P-256"));
        write(root);
        signByCommand("alice", "--release", "1", "--valid-from", "2020-01-01T00:00:00Z", "--valid-until", "2021-01-01T00:00:00Z");
        assertRefused("release.notAfter");
        signByCommand("alice", "--release", "1", "--valid-from", "2126-01-01T00:00:00Z");
        assertRefused("release.notBefore");
        var nonsense = InProcess.run("sign", model, "--private-key", key("alice"), "--release", "0");
        assertThat(nonsense.exitCode()).isEqualTo(2);
    }

    @Test
    void aPolicyThatIsNotUnderstoodAllowsNothing() throws IOException {
        ObjectNode root = newPolicy();
        addSigner(root, "alice", keygen("alice", "P-256"));
        sign("alice");
        write(root.put("forbid", "everything"));
        var verified = verify();
        assertThat(verified.exitCode()).isEqualTo(1);
        assertThat(verified.err()).contains("trust.json: has an unknown member \"forbid\"");
    }

    @Test
    void aPolicyIsSignedOrNobodyElseMayWriteIt() throws IOException {
        ObjectNode root = newPolicy();
        addSigner(root, "alice", keygen("alice", "P-256"));
        write(root);
        sign("alice");
        Files.setPosixFilePermissions(policy, PosixFilePermissions.fromString("rw-rw-rw-"));
        var open = verify();
        assertThat(open.exitCode()).isEqualTo(1);
        assertThat(open.err()).contains("could be changed by others: everybody may write to");

        keygen("admin", "P-384");
        assertThat(InProcess.run("sign", policy, "--private-key", key("admin")).exitCode()).isZero();
        var signed = verify("--policy-key", publicKey("admin"));
        assertThat(signed.exitCode()).as(signed.err()).isZero();
        write(root.put("version", 2));
        var changed = verify("--policy-key", publicKey("admin"));
        assertThat(changed.exitCode()).isEqualTo(3);
        assertThat(changed.err()).contains("trust.json").contains("is not the file that was signed");
    }

    @Test
    void anOldPolicyIsNotTakenAgain() throws IOException {
        ObjectNode root = newPolicy();
        addSigner(root, "alice", keygen("alice", "P-256"));
        sign("alice");
        write(root.put("version", 7));
        assertAllowed();
        write(root.put("version", 6));
        assertRefused("policy.version");
    }

    /** Whoever puts back the policy from before a revocation would have it undone. */
    @Test
    void aRevocationCannotBeTakenBack() throws IOException {
        ObjectNode root = newPolicy();
        String alice = keygen("alice", "P-256");
        addSigner(root, "alice", alice);
        sign("alice");
        write(root.put("version", 7));
        assertAllowed();
        ObjectNode revoking = root.deepCopy().put("version", 8);
        revoking.putObject("revoked").putArray("keys").add(alice);
        write(revoking);
        assertRefused("signers.threshold");
        write(root);
        assertRefused("policy.version");
    }

    @Test
    void theKeyThatSignsPoliciesMustBeProtectedToo() throws IOException {
        ObjectNode root = newPolicy();
        addSigner(root, "alice", keygen("alice", "P-256"));
        sign("alice");
        write(root);
        keygen("admin", "P-384");
        ModelSigner.sign(policy, SigningKeys.readKeyPair(key("admin"), null), folder.resolve("trust.json.sig"), List.of());
        Files.setPosixFilePermissions(publicKey("admin"), PosixFilePermissions.fromString("rw-rw-rw-"));
        var verified = verify("--policy-key", publicKey("admin"));
        assertThat(verified.exitCode()).isEqualTo(1);
        assertThat(verified.err()).contains("admin.pub.pem: could be changed by others");
    }

    @Test
    void thePolicyOfTheUserIsTheDefault() throws IOException {
        ObjectNode root = newPolicy();
        addSigner(root, "alice", keygen("alice", "P-256"));
        Path home = Files.createDirectories(folder.resolve("config/lockstep"));
        Files.writeString(home.resolve("trust.json"), root.toString());
        var cli = Cli.plainJava().withEnvironment("XDG_CONFIG_HOME", folder.resolve("config").toString())
                .withEnvironment("XDG_STATE_HOME", folder.resolve("remembered").toString());
        keygen("stranger", "P-256");
        sign("stranger");
        assertThat(cli.run("inspect", model).exitCode()).isEqualTo(3);
        assertThat(cli.run("verify", model).exitCode()).isEqualTo(3);
        assertThat(cli.run("run", "-p", "Once").exitCode()).as("the demo model is not in the policy").isEqualTo(3);
        sign("alice");
        assertThat(cli.run("inspect", model).exitCode()).isZero();
        assertThat(cli.run("verify", model).exitCode()).isZero();
        assertThat(folder.resolve("remembered/lockstep/seen/seen.json")).exists();
    }

    @Test
    void aRefusalIsJsonToo() throws IOException {
        ObjectNode root = newPolicy();
        addSigner(root, "alice", keygen("alice", "P-256"));
        keygen("stranger", "P-256");
        write(root);
        sign("stranger");
        var refused = verify("--json");
        assertThat(refused.exitCode()).isEqualTo(3);
        var json = JSON.readTree(refused.text());
        assertThat(json.get("verified").asBoolean()).isFalse();
        assertThat(json.get("reason").asString()).isEqualTo("untrusted-key");
        assertThat(json.get("rules").get(0).get("passed").asBoolean()).isFalse();
    }

    @Test
    void twoKindsOfTrustAreNotMixed() throws IOException {
        ObjectNode root = newPolicy();
        addSigner(root, "alice", keygen("alice", "P-256"));
        write(root);
        sign("alice");
        assertThat(InProcess.run("inspect", model, "--trust", policy, "--key", publicKey("alice")).exitCode()).isEqualTo(2);
        assertThat(InProcess.run("verify", model, "--trust", policy, "--public-key", publicKey("alice")).exitCode()).isEqualTo(2);
        assertThat(InProcess.run("verify", model).exitCode()).isEqualTo(2);
        assertThat(InProcess.run("inspect", model, "--trust", policy, "--allow-unsigned").exitCode()).isEqualTo(2);
        assertThat(verify("--legacy-v02").exitCode()).isEqualTo(2);
    }
}
