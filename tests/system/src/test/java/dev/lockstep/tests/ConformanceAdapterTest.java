package dev.lockstep.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testkit.Cli;
import dev.lockstep.testkit.SharedData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The adapter for the conformance suite of model signing, as the suite calls it: options in, exit code out. */
class ConformanceAdapterTest {
    private static final Path KEYS = SharedData.path("vectors/oms/keys/certificate");

    @TempDir
    private Path folder;

    private static int adapter(Object... arguments) {
        var builder = new ProcessBuilder(SharedData.projectRoot().resolve("tests/conformance/oms-adapter").toString());
        builder.environment().put("OMS_TRUST_ROOT", SharedData.path("vectors/oms/trust/trusted_root.json").toString());
        List.of(arguments).forEach(argument -> builder.command().add(argument.toString()));
        return Cli.run(builder, new byte[0]).exitCode();
    }

    @Test
    void keysAndCertificatesMakeTheRoundTrip() throws IOException {
        Path model = Files.createDirectory(folder.resolve("model"));
        Path weights = Files.writeString(model.resolve("weights"), "weights");
        Path ignored = Files.writeString(model.resolve("ignored"), "anything");
        Path byKey = folder.resolve("key.sig");
        Path byCertificate = folder.resolve("certificate.sig");
        assertThat(adapter("sign-model", "--method", "key", "--model-path", model, "--output-bundle", byKey,
                "--private-key", KEYS.resolve("signing-key.pem"), "--ignore-paths", ignored)).isZero();
        assertThat(adapter("sign-model", "--method", "certificate", "--model-path", model, "--output-bundle", byCertificate,
                "--private-key", KEYS.resolve("signing-key.pem"), "--signing-cert", KEYS.resolve("signing-key-cert.pem"),
                "--cert-chain", KEYS.resolve("int-ca-cert.pem"), "--cert-chain", KEYS.resolve("ca-cert.pem"))).isZero();

        assertThat(adapter("verify-model", "--method", "key", "--model-path", model, "--bundle", byKey,
                "--public-key", KEYS.resolve("signing-key-pub.pem"), "--ignore-paths", ignored)).isZero();
        assertThat(verifyByCertificate(model, byCertificate)).isZero();

        Files.writeString(model.resolve("extra"), "more");
        assertThat(verifyByCertificate(model, byCertificate)).isEqualTo(3);
        assertThat(verifyByCertificate(model, byCertificate, "--ignore-unsigned-files")).isZero();
        Files.writeString(weights, "Weights");
        assertThat(verifyByCertificate(model, byCertificate, "--ignore-unsigned-files")).isEqualTo(3);
    }

    private static int verifyByCertificate(Path model, Path bundle, Object... more) {
        var arguments = new ArrayList<Object>(List.of("verify-model", "--method", "certificate", "--model-path", model,
                "--bundle", bundle, "--cert-chain", KEYS.resolve("ca-cert.pem")));
        arguments.addAll(List.of(more));
        return adapter(arguments.toArray());
    }

    @Test
    void identitiesAreVerified() {
        assertThat(verifyByIdentity("stefanb@us.ibm.com")).isZero();
        assertThat(verifyByIdentity("somebody@example.com")).isEqualTo(3);
    }

    private static int verifyByIdentity(String identity) {
        Path model = SharedData.path("vectors/oms/models/v1.1.0-sigstore");
        return adapter("verify-model", "--method", "sigstore", "--model-path", model, "--bundle", model.resolve("model.sig"),
                "--identity", identity, "--identity-provider", "https://sigstore.verify.ibm.com/oauth2");
    }

    @Test
    void whatItCannotDoIsAnError() {
        assertThat(adapter("sign-model", "--method", "sigstore", "--model-path", folder, "--output-bundle", folder)).isEqualTo(2);
        assertThat(adapter("verify-model", "--method", "gpg", "--model-path", folder, "--bundle", folder)).isEqualTo(2);
        assertThat(adapter("sing-model", "--method", "key", "--model-path", folder)).isEqualTo(2);
        assertThat(adapter("sign-model", "--method")).isEqualTo(2);
    }
}
