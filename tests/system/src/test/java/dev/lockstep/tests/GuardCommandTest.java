package dev.lockstep.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.guard.audit.AuditRecord;
import dev.lockstep.guard.audit.AuditVerifier;
import dev.lockstep.guard.audit.VerifierKey;
import dev.lockstep.guard.device.DeviceKey;
import dev.lockstep.guard.policy.ServiceToken;
import dev.lockstep.loader.signing.ModelSigner;
import dev.lockstep.loader.signing.SigningAlgorithm;
import dev.lockstep.loader.signing.SigningKeys;
import dev.lockstep.testkit.Cli.Result;
import dev.lockstep.testkit.DeviceFaults;
import dev.lockstep.testkit.FakeDevice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Commands that open a model ask the guard first: exit 3 with the rule's name, and a record of it. */
class GuardCommandTest {
    private static final int EXIT_REFUSED = 3;

    /** On the fake device there is a model of this name; on the machine that runs this there is none, so that it cannot have been read. */
    private static final Object[] RUN_NOTHING = {"run", "--model", FakeDevice.MODEL, "-p", "Once", "-n", "2"};
    private static final Object[] RUN_DEMO = {"run", "-p", "Once", "-n", "2"};

    @TempDir
    private Path folder;

    private GuardedMachine machine;

    @BeforeEach
    void makeMachine() throws IOException {
        machine = new GuardedMachine(folder);
    }

    private void assertRefused(Result result, String rule) {
        assertThat(result.exitCode()).as(result.err()).isEqualTo(EXIT_REFUSED);
        assertThat(result.err()).contains("lockstep: refused: " + rule + ": ");
        assertThat(result.out()).isEmpty();
    }

    private void assertRecorded(String event, String... facts) {
        assertThat(machine.records(event)).as(event).anySatisfy(fields -> assertThat(fields).contains(facts));
    }

    private static Set<String> failing() {
        return DeviceFaults.FAILING.keySet();
    }

    private static Set<String> hiding() {
        return DeviceFaults.HIDING.keySet();
    }

    @Test
    void aFitDeviceRunsTheModelAndEverythingIsRecorded() {
        Result result = machine.run(RUN_DEMO);
        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(machine.records()).extracting(AuditRecord::event).containsExactly("process.start", "policy.load", "key.load",
                "config.change", "posture.result", "policy.decision", "key.load", "model.verify", "policy.decision", "model.open", "session.open",
                "session.use", "session.close", "model.close", "process.stop");
        assertRecorded("session.use", "principal=user:anna", "dataClass=internal", "generatedTokens=2", "outcome=length");
        assertRecorded("model.verify", "outcome=ok", "signer=");
        var verified = AuditVerifier.verify(machine.auditFolder(),
                List.of(VerifierKey.of(DeviceKey.open(machine.state().resolve("device")))));
        assertThat(verified.problem()).isEmpty();
        assertThat(verified.signedRecords()).as("the last checkpoint covers all").isEqualTo(machine.records().size());
    }

    @ParameterizedTest
    @MethodSource("failing")
    void eachCheckThatFailsRefusesBeforeTheModelIsLookedFor(String check) {
        DeviceFaults.FAILING.get(check).accept(machine.device());
        assertRefused(machine.run(RUN_NOTHING), "posture." + check);
        assertRecorded("posture.result", "check=" + check, "status=fail", "decision=refuse");
        assertRecorded("policy.decision", "rule=posture." + check, "decision=refuse");
        assertThat(machine.records()).extracting(AuditRecord::event).as("nothing of the model").doesNotContain("model.verify");
    }

    @ParameterizedTest
    @MethodSource("hiding")
    void eachCheckThatCannotTellRefusesIfThePolicySaysSo(String check) throws IOException {
        machine.policy(GuardedMachine.POLICY.replace("\"unknown\": \"refuse\"}", "\"unknown\": \"warn\"}, \"checks\": [{\"check\": \"" + check + "\"}]"));
        DeviceFaults.HIDING.get(check).accept(machine.device());
        assertRefused(machine.run(RUN_NOTHING), "posture." + check);
        assertRecorded("posture.result", "check=" + check, "status=unknown", "decision=refuse");
    }

    @ParameterizedTest
    @ValueSource(strings = {"run", "chat", "inspect", "tokenize", "logits", "embed", "perplexity", "quality", "quantize", "bench"})
    void everyCommandThatOpensAModelAsks(String command) throws IOException {
        machine.user("mallory");
        Path text = Files.writeString(folder.resolve("text.txt"), "Once upon a time there was a text.");
        Path out = folder.resolve("out");
        Object model = Models.demoFile();
        assertRefused(switch (command) {
            case "run" -> machine.run("run", "-p", "Once");
            case "inspect" -> machine.run("inspect", model);
            case "tokenize" -> machine.run("tokenize", "--model", model, "Once");
            case "logits" -> machine.run("logits", "--model", model, "--tokens", "1", "--out", out);
            case "embed" -> machine.run("embed", "--model", model, "Once");
            case "perplexity" -> machine.run("perplexity", "--model", model, "--file", text);
            case "quality" -> machine.run("quality", "--model", model, "--file", text, "--report", out);
            case "quantize" -> machine.run("quantize", model, out, "--type", "Q4_0");
            case "bench" -> machine.run("bench", "--model", model);
            default -> machine.run(command, "--model", model);
        }, "principal.known");
        assertThat(out).doesNotExist();
    }

    @Test
    void dataOfAnotherClassIsRefused() {
        assertRefused(machine.run("run", "--model", FakeDevice.MODEL, "-p", "Once", "--data-class", "secret"), "dataClass.known");
    }

    @Test
    void aModelWithAnotherDigestIsRefused() throws IOException {
        machine.policy(GuardedMachine.POLICY.replace("{\"name\": \"*\"}", "{\"name\": \"*\", \"digests\": [\"" + "0".repeat(64) + "\"]}"));
        assertRefused(machine.run(RUN_DEMO), "model.digest");
        assertRecorded("policy.decision", "rule=model.digest", "decision=refuse");
        assertThat(machine.records("model.open")).isEmpty();
    }

    @Test
    void aModelThatNobodySignedIsRefusedUnlessThePolicyAllowsThat() throws IOException {
        assertRefused(machine.run("run", "-p", "Once", "-n", "1", "--allow-unsigned"), "model.unsigned");
        assertRecorded("policy.decision", "rule=model.unsigned");
        machine.policy(GuardedMachine.POLICY.replace("\"posture\": \"fit\"", "\"posture\": \"fit\", \"unsignedModels\": true"));
        assertThat(machine.run("run", "-p", "Once", "-n", "1", "--allow-unsigned").exitCode()).isZero();
        assertRecorded("model.verify", "outcome=unsigned");
    }

    @ParameterizedTest
    @ValueSource(strings = {"model.gguf", "model.h5", "model.h5#group", "model.keras", "model.safetensors", "."})
    void whatNobodyVouchesForIsNotParsedUnlessThePolicyAllowsThat(String name) throws IOException {
        Path models = Files.createDirectory(folder.resolve("models"));
        Files.writeString(models.resolve("config.json"), "this is no JSON");
        for (String each : List.of("model.gguf", "model.h5", "model.keras", "model.safetensors")) {
            Files.writeString(models.resolve(each), "this is no model");
        }
        machine.policy(GuardedMachine.POLICY.replace("\"unknown\": \"refuse\"", "\"unknown\": \"warn\""));
        assertRefused(machine.run("run", "--model", models.resolve(name), "-p", "Once", "--allow-unsigned"), "model.unsigned");
        assertThat(machine.records("model.verify")).isEmpty();
    }

    @Test
    void whatOnlyWarnsIsSaidAndRecordedOnceEach() throws IOException {
        machine.policy(GuardedMachine.POLICY.replace("\"fail\": \"refuse\"", "\"fail\": \"warn\""));
        for (String check : List.of("ptrace", "swap")) {
            DeviceFaults.FAILING.get(check).accept(machine.device());
        }
        Result result = machine.run(RUN_DEMO);
        assertThat(result.exitCode()).as(result.err()).isZero();
        for (String check : List.of("ptrace", "swap")) {
            assertThat(result.err().lines()).filteredOn(line -> line.startsWith("lockstep: WARNING: posture." + check + ": fail, ")).hasSize(1);
            assertRecorded("policy.decision", "decision=warn", "rule=posture." + check);
        }
    }

    @Test
    void theBuiltInPolicyWarnsNobody() {
        DeviceFaults.FAILING.get("ptrace").accept(machine.device());
        Result result = machine.runPlain(RUN_DEMO);
        assertThat(result.exitCode()).isZero();
        assertThat(result.err()).doesNotContain("WARNING");
    }

    @Test
    void aClockThatIsBehindTheLogIsSeenAndStaysSeen() {
        Instant now = machine.device().now();
        machine.device().setClock(now.plusSeconds(3600));
        assertThat(machine.run(RUN_DEMO).exitCode()).isZero();
        machine.device().setClock(now);
        assertThat(machine.runPlain("doctor", "--check", "clock").exitCode()).isEqualTo(1);
        assertRefused(machine.run(RUN_NOTHING), "posture.clock");
        assertRefused(machine.run(RUN_NOTHING), "posture.clock");
        machine.device().setClock(now.plusSeconds(3601));
        assertThat(machine.run(RUN_DEMO).exitCode()).isZero();
    }

    @Test
    void aModelThatWasChangedIsRecorded() throws IOException {
        Path copy = Models.copyOfDemo(Files.createDirectory(folder.resolve("models")));
        machine.policy(GuardedMachine.POLICY.replace("\"unknown\": \"refuse\"", "\"unknown\": \"warn\""));
        byte[] bytes = Files.readAllBytes(copy);
        bytes[bytes.length / 2] ^= 1;
        Files.write(copy, bytes);
        assertThat(machine.run("run", "--model", copy, "-p", "Once").exitCode()).isEqualTo(EXIT_REFUSED);
        assertRecorded("model.verify", "outcome=fail", "reason=DIGEST_MISMATCH");
    }

    @Test
    void limitsHold() throws IOException {
        machine.policy(GuardedMachine.POLICY.replace("\"posture\": \"fit\"", "\"posture\": \"fit\", \"limits\": {\"maxNewTokens\": 3}"));
        assertThat(machine.run("run", "-p", "Once", "-n", "3").exitCode()).isZero();
        Result result = machine.run("run", "-p", "Once", "-n", "4");
        assertRefused(result, "limit.newTokens");
        assertRecorded("limit.hit", "rule=limit.newTokens");
    }

    @Test
    void sessionsAreNotSavedUnlessThePolicyAllowsThat() {
        Path session = folder.resolve("session.age");
        Path identity = folder.resolve("identity.txt");
        assertThat(machine.runPlain("keygen", "--age-identity", identity).exitCode()).isZero();
        assertRefused(machine.run("run", "-p", "Once", "-n", "1", "--session", session, "--age-identity", identity), "keep.sessions");
        assertThat(session).doesNotExist();
        assertThat(machine.records("session.use")).as("nothing is computed that cannot be kept").isEmpty();
    }

    @Test
    void aLimitDoesNotEndAConversation() throws IOException {
        machine.policy(GuardedMachine.POLICY.replace("\"posture\": \"fit\"", "\"posture\": \"fit\", \"limits\": {\"requestsPerMinute\": 1}"));
        Result result = machine.runWithInput("One\nTwo\nThree\n", "chat", "--plain", "-n", "2");
        assertThat(result.exitCode()).as("turns got no answer").isEqualTo(1);
        assertThat(result.err().lines()).filteredOn(line -> line.startsWith("lockstep: refused: limit.requestsPerMinute: ")).hasSize(2);
        assertThat(machine.records("session.use")).hasSize(1);
    }

    @Test
    void aPolicyThatIsRefusedIsRecordedWhereThereIsALog() throws IOException {
        assertThat(machine.run(RUN_DEMO).exitCode()).isZero();
        machine.policy("{");
        assertRefused(machine.run(RUN_NOTHING), "policy.readable");
        assertRecorded("policy.load", "outcome=fail", "rule=policy.readable");
    }

    @Test
    void somebodyWhoCannotBeToldIsRefusedAndRecorded() {
        machine.user(null);
        assertRefused(machine.run(RUN_NOTHING), "principal.known");
        assertRecorded("authentication", "principal=user", "outcome=fail");
    }

    @Test
    void theMachinesPolicyIsNotReplaced() throws IOException {
        Files.createDirectory(machine.machineFolder());
        Files.writeString(machine.machineFolder().resolve("guard.json"), GuardedMachine.POLICY.replace("anna", "nobody"));
        assertRefused(machine.run(RUN_NOTHING), "policy.machine");
        assertRefused(machine.runPlain(RUN_NOTHING), "principal.known");
        Files.writeString(machine.machineFolder().resolve("guard.json"), "{");
        assertRefused(machine.runPlain(RUN_NOTHING), "policy.readable");
        Files.delete(machine.machineFolder().resolve("guard.json"));
        Files.createSymbolicLink(machine.machineFolder().resolve("guard.json"), Path.of("nowhere"));
        assertRefused(machine.runPlain(RUN_NOTHING), "policy.readable");
    }

    @Test
    void aMachinesPolicyThatCannotBeReachedIsNotTakenForNone() throws IOException {
        Path policies = machine.machineFolder();
        Files.createSymbolicLink(policies, Path.of("nowhere"));
        assertRefused(machine.runPlain(RUN_NOTHING), "policy.readable");
        Files.delete(policies);
        Files.writeString(policies, "no folder");
        assertRefused(machine.runPlain(RUN_NOTHING), "policy.readable");
        Files.delete(policies);
        Files.createDirectory(policies);
        assertThat(machine.runPlain("run", "-p", "Once", "-n", "1").exitCode()).as("an empty folder").isZero();
        Files.writeString(policies.resolve("guard-key.pub.pem"), "the key of a policy that is gone");
        assertRefused(machine.runPlain(RUN_NOTHING), "policy.readable");
    }

    @Test
    void aPolicyThatItsAdministratorDidNotSignIsRefusedByName() throws IOException {
        KeyPair keys = SigningKeys.generate(SigningAlgorithm.P256);
        Path publicKey = folder.resolve("admin.pub.pem");
        SigningKeys.write(keys, folder.resolve("admin.pem"), publicKey, null);
        Object[] command = {"run", "--model", FakeDevice.MODEL, "-p", "Once", "--data-class", "secret", "--guard-key", publicKey};
        Result unsigned = machine.run(command);
        assertRefused(unsigned, "policy.signature");
        assertThat(unsigned.err()).as("advice for models").doesNotContain("--allow-unsigned");
        ModelSigner.sign(machine.policyFile(), keys, machine.policyFile().resolveSibling("policy.json.sig"), List.of());
        assertRefused(machine.run(command), "dataClass.known");
        machine.policy(GuardedMachine.POLICY.replace("\"version\": 1", "\"version\": 2"));
        assertRefused(machine.run(command), "policy.signature");
    }

    @Test
    void whereNobodyCanTellWhetherItIsTheNewestAPolicyIsRefused() throws IOException {
        assertRefused(machine.run("run", "--model", FakeDevice.MODEL, "-p", "Once", "--data-class", "secret"), "dataClass.known");
        Files.delete(machine.state().resolve("seen/seen.json"));
        assertRefused(machine.run(RUN_NOTHING), "policy.version");
    }

    @Test
    void underTheMachinesPolicyTheRecordGoesWhereItsUserCannotMoveIt() throws IOException {
        Files.createDirectory(machine.machineFolder());
        Files.writeString(machine.machineFolder().resolve("guard.json"), GuardedMachine.POLICY);
        assertRefused(machine.runPlain("run", "-p", "Once", "-n", "1", "--audit", folder.resolve("elsewhere")), "policy.machine");
        assertThat(folder.resolve("elsewhere")).doesNotExist();
        Result result = machine.runPlain(RUN_DEMO);
        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(machine.state()).as("what the environment says").doesNotExist();
        assertThat(machine.home().resolve(".local/state/lockstep")).isDirectoryContaining(each -> each.endsWith("audit"))
                .isDirectoryContaining(each -> each.endsWith("device")).isDirectoryContaining(each -> each.endsWith("seen"));
    }

    @Test
    void eachUserHasARecordBelowTheFolderOfThePolicy() throws IOException {
        Path all = Files.createDirectory(folder.resolve("log"), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        machine.policy(GuardedMachine.POLICY.replace("\"required\": true", "\"required\": true, \"folder\": \"" + all + "\"")
                .replace("\"name\": \"anna\"", "\"name\": \"*\""));
        assertThat(machine.run(RUN_DEMO).exitCode()).isZero();
        assertThat(machine.user("eve").run(RUN_DEMO).exitCode()).isZero();
        assertThat(all).isDirectoryContaining(each -> each.endsWith("anna")).isDirectoryContaining(each -> each.endsWith("eve"));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(all.resolve("eve")))).isEqualTo("rwx------");
        assertRefused(machine.user("..").run(RUN_DEMO), "audit.required");
        assertRefused(machine.user("a/b").run(RUN_DEMO), "audit.required");
    }

    @Test
    void theUsersPolicyAppliesByItself() throws IOException {
        Path own = Files.createDirectories(machine.configuration()).resolve("guard.json");
        Files.writeString(own, GuardedMachine.POLICY.replace("anna", "nobody"));
        assertRefused(machine.runPlain(RUN_NOTHING), "principal.known");
    }

    @Test
    void anOlderPolicyIsRefused() throws IOException {
        machine.policy(GuardedMachine.POLICY.replace("\"version\": 1", "\"version\": 2"));
        machine.run("run", "--model", FakeDevice.MODEL, "-p", "Once", "--data-class", "secret");
        machine.policy(GuardedMachine.POLICY);
        assertRefused(machine.run(RUN_NOTHING), "policy.version");
    }

    @Test
    void withoutARecordNothingIsDone() throws IOException {
        Files.createDirectories(machine.auditFolder().getParent());
        Files.writeString(machine.auditFolder(), "no folder");
        assertRefused(machine.run(RUN_NOTHING), "audit.required");
    }

    /** A new token, of a service that the policy names instead of anna. */
    private Path tokenOf(String service) throws IOException {
        Path file = folder.resolve("token");
        try (ServiceToken token = ServiceToken.generate()) {
            Files.write(file, token.copyOfText());
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--------"));
            machine.policy(GuardedMachine.POLICY.replace("\"type\": \"user\", \"name\": \"anna\"", "\"type\": \"service\", \"name\": \"" + service
                    + "\", \"tokenSha256\": \"" + token.sha256() + "\", \"notAfter\": \"2099-01-01T00:00:00Z\""));
        }
        return file;
    }

    @Test
    void aServiceIsKnownByItsToken() throws IOException {
        Path file = tokenOf("minutes");
        assertRefused(machine.run(RUN_NOTHING), "principal.known");
        assertThat(machine.run("run", "-p", "Once", "-n", "1", "--service-token", file).exitCode()).isZero();
        assertRecorded("authentication", "principal=service:minutes", "outcome=ok");
        assertRecorded("session.use", "principal=service:minutes");
        machine.policy(GuardedMachine.POLICY);
        assertRefused(machine.run("run", "--model", FakeDevice.MODEL, "-p", "Once", "--service-token", file), "principal.token");
        assertRecorded("authentication", "outcome=fail");
    }

    @Test
    void aTokenThatIsExposedOrNoneIsRefusedAndRecorded() throws IOException {
        Path file = Files.writeString(folder.resolve("token"), "t".repeat(43));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        assertRefused(machine.run("run", "--model", FakeDevice.MODEL, "-p", "Once", "--service-token", file), "principal.token");
        assertRecorded("authentication", "principal=service", "outcome=fail");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        Files.writeString(file, "short");
        assertRefused(machine.run("run", "--model", FakeDevice.MODEL, "-p", "Once", "--service-token", file), "principal.token");
        assertThat(machine.records("authentication")).hasSize(2);
    }

    @Test
    void aTokenIsReadOnceForAllModelsOfACommand() throws IOException {
        Path file = tokenOf("minutes");
        Path text = Files.writeString(folder.resolve("text.txt"), "Once upon a time there was a text. ".repeat(20));
        Result result = machine.run("perplexity", "--model", Models.demoFile(), "--reference", Models.demoFile(), "--file", text, "--context", 32,
                "--service-token", file);
        assertThat(machine.records("model.open")).as(result.err()).hasSize(2);
        assertThat(machine.records("authentication")).hasSize(1);
    }

    @Test
    void withoutAnyPolicyTheBuiltInOneRefusesADebugger() {
        machine.device().replace("/proc/self/task/101/status", "TracerPid:\t0", "TracerPid:\t77");
        assertRefused(machine.runPlain(RUN_NOTHING), "posture.debugger");
        assertThat(machine.auditFolder()).as("nobody asked for a record").doesNotExist();
    }

    @Test
    void optionsThatMakeNoSenseAreUsageErrors() throws IOException {
        assertThat(machine.runPlain("run", "-p", "x", "--guard-key", folder.resolve("key.pem")).exitCode()).isEqualTo(2);
        machine.policy(GuardedMachine.POLICY.replace("\"required\": true", "\"required\": true, \"folder\": \"" + folder.resolve("log") + "\""));
        assertThat(machine.run("run", "-p", "x", "--audit", folder.resolve("other")).exitCode()).isEqualTo(2);
    }
}
