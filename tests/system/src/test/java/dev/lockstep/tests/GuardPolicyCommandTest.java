package dev.lockstep.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.app.InProcess;
import dev.lockstep.guard.policy.ServiceToken;
import dev.lockstep.loader.signing.ModelSigner;
import dev.lockstep.loader.signing.SigningAlgorithm;
import dev.lockstep.loader.signing.SigningKeys;
import dev.lockstep.testkit.Cli.Result;
import dev.lockstep.testkit.SharedData;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** {@code lockstep policy} from the command line. */
class GuardPolicyCommandTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String MODEL = "llama-3.2-1b-instruct-q8_0.gguf";
    private static final String SIGNER = "e8450dec4eb99dae995da9af1bc2cc9f76ed669ee2e744f57abba763df3e3f8e";

    @TempDir
    private Path folder;

    /** A copy: the folder of the project may be one that others can change. */
    private Path example(String name) throws IOException {
        Path file = folder.resolve(name);
        Files.copy(SharedData.projectRoot().resolve("docs/examples").resolve(name), file);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        return file;
    }

    private static Result policy(String command, Object... arguments) {
        return InProcess.run(Stream.concat(Stream.of("policy", command), Stream.of(arguments)).toArray());
    }

    private Result explain(Object... arguments) throws IOException {
        return policy("explain", Stream.concat(Stream.of(example("guard-office.json"), "--at", "2026-11-27T12:00:00Z"), Stream.of(arguments)).toArray());
    }

    @Test
    void checkSaysWhatAPolicySays() throws IOException {
        Result result = policy("check", example("guard-office.json"));

        assertThat(result.exitCode()).isZero();
        assertThat(result.text()).contains("\"office\", version 4, until 2027-12-31T00:00:00Z")
                .contains("data class \"internal\": by group:legal, group:staff, service:minutes; with \"" + MODEL + "\"; on a device that is \"managed\"")
                .contains("default data class: \"internal\"").contains("audit: required, below /var/lib/lockstep; if it cannot be written: continue");
    }

    @Test
    void checkWarnsOfWhatIsHardlyMeant() throws IOException {
        Path file = example("guard-kiosk.json");
        var root = (ObjectNode) JSON.readTree(file);
        root.withArray("models").addObject().put("name", "spare");
        ((ObjectNode) root.at("/principals/0")).put("notAfter", "2020-01-01T00:00:00Z");
        root.withArray("dataClasses").addObject().put("name", "lost").put("posture", "locked").putArray("models").add("guide.gguf");
        Files.write(file, JSON.writeValueAsBytes(root));

        Result result = policy("check", file);

        assertThat(result.exitCode()).isZero();
        assertThat(result.err().lines()).containsExactlyInAnyOrder("lockstep: WARNING: service:terminal has expired",
                "lockstep: WARNING: data class \"lost\" may be processed by nobody", "lockstep: WARNING: model \"spare\" may be used on no data",
                "lockstep: WARNING: model \"spare\" has neither digests nor signers: any model of that name will do");
    }

    @Test
    void checkFailsOnAPolicyThatContradictsItself() throws IOException {
        Path file = example("guard-kiosk.json");
        Files.writeString(file, Files.readString(file).replace("\"posture\": \"locked\"", "\"posture\": \"lockd\""));

        Result result = policy("check", file);

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err()).contains("dataClasses[0] asks for the posture \"lockd\", which the policy does not have");
    }

    @Test
    void checkDemandsTheSignatureOfAnAdministrator() throws IOException {
        Path file = example("guard-office.json");
        KeyPair keys = SigningKeys.generate(SigningAlgorithm.P256);
        Path publicKey = folder.resolve("admin.pub.pem");
        SigningKeys.write(keys, folder.resolve("admin.pem"), publicKey, null);

        assertThat(policy("check", file, "--guard-key", publicKey).exitCode()).isEqualTo(3);
        ModelSigner.sign(file, keys, folder.resolve("guard-office.json.sig"), List.of());
        assertThat(policy("check", file, "--guard-key", publicKey).exitCode()).isZero();
        Files.writeString(file, Files.readString(file).replace("\"version\": 4", "\"version\": 5"));
        assertThat(policy("check", file, "--guard-key", publicKey).exitCode()).isEqualTo(3);
    }

    @Test
    void explainAllowsWhatThePolicyAllows() throws IOException {
        Result result = explain("--user", "eve", "--group", "legal", "--data-class", "confidential", "--fit", "--model-name", MODEL, "--signer", SIGNER,
                "--model-version", 3, "--context", 8192, "--new-tokens", 4096);

        assertThat(result.exitCode()).isZero();
        assertThat(result.text()).contains("pass  dataClass.known").contains("pass  model.signer").contains("pass  limit.context").endsWith("allowed\n");
        assertThat(result.text().lines().filter(line -> line.contains("principal.known"))).hasSize(1);
    }

    @Test
    void explainNamesTheRuleThatRefuses() throws IOException {
        assertRefused(explain("--user", "eve", "--fit"), "principal.known");
    }

    @Test
    void explainTakesWhatIsNotSaidForUnknown() throws IOException {
        assertRefused(explain("--user", "eve", "--group", "staff"), "posture.debugger");
    }

    @Test
    void explainAsksAboutLimits() throws IOException {
        assertRefused(explain("--user", "eve", "--group", "staff", "--fit", "--new-tokens", 4097), "limit.newTokens");
    }

    @Test
    void explainAsksAboutTheModel() throws IOException {
        assertRefused(explain("--user", "eve", "--group", "staff", "--fit", "--model-name", MODEL), "model.unsigned");
    }

    @Test
    void explainAsksAboutKeeping() throws IOException {
        assertRefused(explain("--service", "minutes", "--fit", "--keep", "prompts"), "keep.prompts");
    }

    @Test
    void explainAsksAboutScopes() throws IOException {
        assertRefused(explain("--service", "minutes", "--scope", "admin"), "principal.scope");
    }

    private static void assertRefused(Result result, String rule) {
        assertThat(result.exitCode()).isEqualTo(3);
        assertThat(result.text()).contains("FAIL  " + rule).endsWith("refused by " + rule + "\n");
    }

    @Test
    void explainReadsWhatTheDoctorPrinted() throws IOException {
        Path posture = folder.resolve("doctor.json");
        Files.writeString(posture, """
                {"format": "lockstep-posture/v1", "at": "2026-11-27T12:00:00Z", "fit": false, "checks": [
                  {"check": "debugger", "status": "fail", "evidence": "TracerPid 77", "remedy": "end it"},
                  {"check": "jvm.agents", "status": "pass", "evidence": "", "remedy": ""},
                  {"check": "kernel.version", "status": "pass", "evidence": "6.8", "remedy": ""}]}
                """);

        Result result = explain("--user", "eve", "--group", "staff", "--posture", posture, "--json");

        assertThat(result.exitCode()).isEqualTo(3);
        JsonNode report = JSON.readTree(result.out());
        assertThat(report.get("allowed").booleanValue()).isFalse();
        assertThat(report.get("rule").stringValue()).isEqualTo("posture.debugger");
        assertThat(report.get("policy").stringValue()).isEqualTo("office");
        assertThat(report.get("rules").valueStream().filter(rule -> rule.get("rule").stringValue().equals("posture.debugger")))
                .singleElement().returns("refuse", rule -> rule.get("outcome").stringValue())
                .returns("fail, TracerPid 77; end it", rule -> rule.get("reason").stringValue());
    }

    @Test
    void aTokenIsPrintedOnceAndThePolicyGetsItsHash() throws IOException {
        Result result = policy("token", "minutes");

        assertThat(result.exitCode()).isZero();
        assertThat(result.text()).hasSize(44).endsWith("\n");
        assertThat(result.err()).doesNotContain(result.text().strip());
        JsonNode entry = JSON.readTree(result.err().substring(result.err().indexOf('{')));
        try (var token = ServiceToken.read(Channels.newChannel(new ByteArrayInputStream(result.out())), "test")) {
            assertThat(entry.get("tokenSha256").stringValue()).isEqualTo(token.sha256());
        }
        assertThat(entry.get("name").stringValue()).isEqualTo("minutes");
    }

    @Test
    void theSchemaIsPrinted() {
        assertThat(JSON.readTree(policy("schema").out()).get("title").stringValue()).isEqualTo("lockstep guard policy");
    }

    @Test
    void withoutACommandOrWithNonsenseTheUsageIsSaid() throws IOException {
        assertThat(InProcess.run("policy").exitCode()).isEqualTo(2);
        assertThat(explain("--scope", "root").exitCode()).isEqualTo(2);
    }

    @Test
    void negativeAmountsAreUsage() throws IOException {
        assertThat(explain("--user", "eve", "--group", "staff", "--fit", "--context", -1).exitCode()).isEqualTo(2);
    }
}
