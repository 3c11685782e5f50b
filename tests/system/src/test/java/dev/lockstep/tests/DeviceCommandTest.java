package dev.lockstep.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.app.InProcess;
import dev.lockstep.guard.device.StatementVerifier;
import dev.lockstep.loader.signing.KeyId;
import dev.lockstep.loader.signing.SigningAlgorithm;
import dev.lockstep.loader.signing.SigningKeys;
import dev.lockstep.testkit.Cli;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A device is enrolled, asked, and believed or not: the whole way on the command line. */
class DeviceCommandTest {
    private static final String NONCE = "00112233445566778899aabbccddeeff";

    @TempDir
    private Path folder;
    private KeyPair administrator;

    @BeforeEach
    void makeAdministrator() {
        administrator = SigningKeys.generate(SigningAlgorithm.P256);
        SigningKeys.write(administrator, at("admin.pem"), at("admin.pub.pem"), null);
    }

    @Test
    void anEnrolledDeviceIsBelieved() throws IOException {
        enrol();
        JsonNode accepted = json(verify("--json"));
        assertThat(accepted.get("accepted").booleanValue()).isTrue();
        assertThat(accepted.get("device").stringValue()).isEqualTo("till-7");
        assertThat(accepted.get("groups").toString()).isEqualTo("[\"tills\"]");
        assertThat(accepted.get("checks").toString()).contains("disk.encryption").doesNotContain("evidence", folder.toString());
        assertThat(Duration.between(Instant.parse(accepted.get("measuredAt").stringValue()), Instant.parse(accepted.get("issuedAt").stringValue())))
                .isBetween(Duration.ZERO, Duration.ofMinutes(1));
        assertThat(verify().text()).startsWith("accepted: till-7, key ").contains(", measured 20", "disk.encryption").doesNotContain("for: ");
    }

    @Test
    void theKeyIsMadeOnceAndShownAsItIs() throws IOException {
        JsonNode made = json(run("key", "--device", at("state/device"), "--name", "till-7", "--out", at("request.pem"), "--json"));
        assertThat(made.get("name").stringValue()).isEqualTo("till-7");
        assertThat(at("request.pem")).hasContent(made.get("publicKey").stringValue());
        assertThat(json(run("key", "--device", at("state/device"), "--json"))).isEqualTo(made);
        assertThat(run("key", "--device", at("state/device")).text()).contains(made.get("id").stringValue(), made.get("vkey").stringValue());
        assertThat(run("key", "--device", at("state/device"), "--name", "till-8").exitCode()).isEqualTo(1);
        assertThat(run("key", "--device", at("other"), "--name", "Till 8").exitCode()).isEqualTo(2);
    }

    @Test
    void theModelIsVerifiedAndItsDigestStated() throws Exception {
        enrol();
        Path answer = at("with-model.json");
        assertThat(run("statement", "--nonce", NONCE, "--device", at("state/device"), "--model", Models.demoFile(), "--out", answer).exitCode()).isZero();
        JsonNode accepted = json(run("verify", answer, "--admin-key", at("admin.pub.pem"), "--nonce", NONCE, "--json"));
        assertThat(accepted.get("modelDigest").stringValue()).isEqualTo(sha256(Models.demoFile()));
    }

    @Test
    void anotherNonceIsRefusedWithExitCode3() throws IOException {
        enrol();
        Cli.Result refused = run("verify", at("answer.json"), "--admin-key", at("admin.pub.pem"), "--nonce", NONCE.replace('0', '1'), "--json");
        assertThat(refused.exitCode()).isEqualTo(3);
        assertThat(json(refused).get("reason").stringValue()).isEqualTo("nonce");
        assertThat(refused.err()).contains("refused");
    }

    /** Whoever passes a question on gets an answer that is not for whom they want to show it to. */
    @Test
    void anAnswerIsForWhomItNames() throws IOException {
        enrol();
        Path answer = at("for-jobs.json");
        assertThat(run("statement", "--nonce", NONCE, "--audience", "jobs.example.com", "--device", at("state/device"), "--out", answer).exitCode()).isZero();
        Object[] asked = {"verify", answer, "--admin-key", at("admin.pub.pem"), "--nonce", NONCE, "--audience"};
        assertThat(run(and(asked, "jobs.example.com")).text()).contains("for: jobs.example.com\n");
        assertThat(json(run(and(asked, "jobs.example.com", "--json"))).get("audience").stringValue()).isEqualTo("jobs.example.com");
        Cli.Result refused = run(and(asked, "jobs.example.org", "--json"));
        assertThat(refused.exitCode()).isEqualTo(3);
        assertThat(json(refused).get("reason").stringValue()).isEqualTo("audience");
        assertThat(json(verify("--audience", "jobs.example.com", "--json")).get("reason").stringValue()).isEqualTo("audience");
        assertThat(run(and(asked, "jobs example")).exitCode()).isEqualTo(2);
    }

    /** The machine's own probe, clock and folders; the policy is named by its digest, and the record tells that it was read. */
    @Test
    void theStateOfTheMachineAndThePolicyInForceAreStated() throws Exception {
        var machine = new GuardedMachine(Files.createDirectory(at("machine")));
        assertThat(machine.runPlain("device", "key", "--name", "host", "--out", at("request.pem")).exitCode()).isZero();
        assertThat(machine.runPlain(and(new Object[] {"device"}, certifying("admin.pem"))).exitCode()).isZero();
        assertThat(machine.runPlain("device", "enrol", at("cert.json"), "--admin-key", at("admin.pub.pem")).exitCode()).isZero();
        Cli.Result stated = machine.run("device", "statement", "--nonce", NONCE, "--out", at("answer.json"));
        assertThat(stated.exitCode()).as(stated.err()).isZero();
        JsonNode accepted = json(machine.runPlain("device", "verify", at("answer.json"), "--admin-key", at("admin.pub.pem"), "--nonce", NONCE, "--json",
                "--require", "disk.encryption", "secure.boot"));
        assertThat(accepted.get("policyDigest").stringValue()).isEqualTo(sha256(machine.policyFile()));
        assertThat(accepted.get("measuredAt").stringValue()).isEqualTo(machine.device().now().toString());
        assertThat(machine.records("policy.load")).hasSize(1);
    }

    @Test
    void aDeviceThatIsNotFitIsRefused() throws IOException {
        enrol();
        Cli.Result refused = verify("--require", "disk.encryption", "no.such-check", "--json");
        assertThat(refused.exitCode()).isEqualTo(3);
        assertThat(json(refused).get("reason").stringValue()).isEqualTo("check");
    }

    @Test
    void aRevokedDeviceIsRefused() throws IOException {
        enrol();
        String id = json(run("key", "--device", at("state/device"), "--json")).get("id").stringValue();
        assertThat(json(verify("--revoked", id, "--json")).get("reason").stringValue()).isEqualTo("revoked");
        Files.writeString(at("revoked.txt"), KeyId.of(administrator.getPublic()) + "\n" + id + "\n");
        assertThat(json(verify("--revoked", "@" + at("revoked.txt"), "--json")).get("reason").stringValue()).isEqualTo("revoked");
    }

    @Test
    void whoIsNoAdministratorEnrolsNobody() {
        request();
        SigningKeys.write(SigningKeys.generate(SigningAlgorithm.P256), at("stranger.pem"), at("stranger.pub.pem"), null);
        assertThat(certify("stranger.pem").exitCode()).isZero();
        Cli.Result refused = run("enrol", at("cert.json"), "--admin-key", at("admin.pub.pem"), "--device", at("state/device"));
        assertThat(refused.exitCode()).isEqualTo(3);
        assertThat(refused.err()).contains("no administrator's");
    }

    @Test
    void aDeviceThatIsNotEnrolledIsToldWhatToDo() {
        request();
        Cli.Result result = run("statement", "--nonce", NONCE, "--device", at("state/device"));
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err()).contains("lockstep device enrol");
        assertThat(result.out()).isEmpty();
    }

    @Test
    void aNonceThatIsNoneIsTheMistakeOfWhoTypedIt() throws IOException {
        enrol();
        assertThat(run("statement", "--nonce", "0011", "--device", at("state/device"), "--model", at("no-such.gguf")).exitCode())
                .as("noticed before the model is looked for").isEqualTo(2);
        assertThat(run("verify", at("answer.json"), "--admin-key", at("admin.pub.pem"), "--nonce", "0011").exitCode()).isEqualTo(2);
    }

    @Test
    void whatIsNoStatementIsMalformedHoweverLarge() throws IOException {
        enrol();
        for (byte[] sent : List.of("{}".getBytes(StandardCharsets.UTF_8), new byte[StatementVerifier.MAX_STATEMENT_BYTES + 1])) {
            Files.write(at("answer.json"), sent);
            Cli.Result refused = verify("--json");
            assertThat(refused.exitCode()).isEqualTo(3);
            assertThat(json(refused).get("reason").stringValue()).isEqualTo("malformed");
        }
    }

    @Test
    void noFileIsOverwritten() throws IOException {
        enrol();
        assertThat(certify("admin.pem").exitCode()).isEqualTo(1);
        assertThat(run("statement", "--nonce", NONCE, "--device", at("state/device"), "--out", at("answer.json")).exitCode()).isEqualTo(1);
    }

    private void request() {
        assertThat(run("key", "--device", at("state/device"), "--name", "host", "--out", at("request.pem")).exitCode()).isZero();
    }

    private Cli.Result certify(String administratorKey) {
        return run(certifying(administratorKey));
    }

    private Object[] certifying(String administratorKey) {
        return new Object[] {"certify", at("request.pem"), "--private-key", at(administratorKey), "--name", "till-7", "--days", "30", "--group", "tills",
            "--out", at("cert.json")};
    }

    private void enrol() {
        request();
        assertThat(certify("admin.pem").exitCode()).isZero();
        assertThat(run("enrol", at("cert.json"), "--admin-key", at("admin.pub.pem"), "--device", at("state/device")).exitCode()).isZero();
        assertThat(run("statement", "--nonce", NONCE, "--device", at("state/device"), "--out", at("answer.json")).exitCode()).isZero();
    }

    private Cli.Result verify(Object... more) {
        return run(and(new Object[] {"verify", at("answer.json"), "--admin-key", at("admin.pub.pem"), "--nonce", NONCE}, more));
    }

    private static Object[] and(Object[] first, Object... more) {
        return Stream.concat(Arrays.stream(first), Arrays.stream(more)).toArray();
    }

    private static String sha256(Path file) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
    }

    private static JsonNode json(Cli.Result result) {
        return new JsonMapper().readTree(result.text());
    }

    private static Cli.Result run(Object... arguments) {
        return InProcess.run(and(new Object[] {"device"}, arguments));
    }

    private Path at(String name) {
        return folder.resolve(name);
    }
}
