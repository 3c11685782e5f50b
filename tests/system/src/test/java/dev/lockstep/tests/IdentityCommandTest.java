package dev.lockstep.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.app.InProcess;
import dev.lockstep.testkit.Cli;
import dev.lockstep.testkit.SharedData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** Keyless signatures on the command line: a model of the reference implementation, signed with the public sigstore. */
class IdentityCommandTest {
    private static final Path VECTORS = SharedData.path("vectors/oms");
    private static final Path MODEL = VECTORS.resolve("models/v1.1.0-sigstore");
    private static final Path ROOT = VECTORS.resolve("trust/trusted_root.json");
    private static final String IDENTITY = "stefanb@us.ibm.com";
    private static final String PROVIDER = "https://sigstore.verify.ibm.com/oauth2";

    @TempDir
    private Path folder;

    private static Cli.Result verify(String identity, String provider, Path root) {
        return InProcess.run("verify", MODEL, "--identity", identity, "--identity-provider", provider, "--trust-root", root, "--json");
    }

    @Test
    void theResultSaysWhoSignedAndWhoVouched() {
        var result = verify(IDENTITY, PROVIDER, ROOT);
        assertThat(result.exitCode()).as(result.err()).isZero();
        var json = new JsonMapper().readTree(result.text());
        assertThat(json.get("identity").stringValue()).isEqualTo(IDENTITY);
        assertThat(json.get("issuer").stringValue()).isEqualTo(PROVIDER);
    }

    @Test
    void somebodyElseIsRefused() {
        var other = verify("somebody@us.ibm.com", PROVIDER, ROOT);
        assertThat(other.exitCode()).isEqualTo(3);
        assertThat(other.err()).contains(IDENTITY).contains("another identity only");
        var otherProvider = verify(IDENTITY, "https://accounts.google.com", ROOT);
        assertThat(otherProvider.exitCode()).isEqualTo(3);
        assertThat(otherProvider.err()).contains("another provider only");
    }

    @Test
    void aTrustedRootThatIsNoneIsAFailureWithItsName() throws IOException {
        var result = verify(IDENTITY, PROVIDER, Files.writeString(folder.resolve("root.json"), "{}"));
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err()).contains("root.json");
    }

    @Test
    void theThreeOptionsBelongTogetherAndToNoOtherMethod() {
        assertThat(InProcess.run("verify", MODEL, "--identity", IDENTITY, "--identity-provider", PROVIDER).exitCode()).isEqualTo(2);
        assertThat(InProcess.run("verify", MODEL, "--identity", IDENTITY, "--identity-provider", PROVIDER, "--trust-root", ROOT,
                "--public-key", VECTORS.resolve("keys/certificate/signing-key-pub.pem")).exitCode()).isEqualTo(2);
        assertThat(verify("", PROVIDER, ROOT).exitCode()).isEqualTo(2);
    }

    /** The demo model's key is trusted only where nobody else is named. */
    @Test
    void whoeverNamesAnIdentityTrustsNoKey() {
        var result = InProcess.run("inspect", "--identity", IDENTITY, "--identity-provider", PROVIDER, "--trust-root", ROOT);
        assertThat(result.exitCode()).isEqualTo(3);
        assertThat(result.err()).contains("is signed with a key; identities are trusted");
    }
}
