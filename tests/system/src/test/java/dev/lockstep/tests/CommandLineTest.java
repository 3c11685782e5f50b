package dev.lockstep.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.app.InProcess;
import dev.lockstep.testkit.Cli;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/** Exit codes, help, messages: what scripts and people rely on. */
class CommandLineTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"run", "inspect", "tokenize", "logits", "perplexity", "keygen", "sign", "verify", "encrypt", "decrypt", "quantize", "quality", "synth", "bench"})
    void everyCommandExplainsItself(String command) {
        var result = InProcess.run(command, "--help");
        assertThat(result.exitCode()).isZero();
        assertThat(result.text()).contains("Usage: lockstep " + command).contains("Exit codes:");
    }

    @Test
    void nonsenseIsAUsageError() {
        assertThat(InProcess.run().exitCode()).isEqualTo(2);
        assertThat(InProcess.run("walk").exitCode()).isEqualTo(2);
        assertThat(InProcess.run("run", "-p", "x", "--temperature", "-1").exitCode()).isEqualTo(2);
        var threads = InProcess.run("run", "-p", "x", "--threads", "0");
        assertThat(threads.exitCode()).isEqualTo(2);
        assertThat(threads.err()).contains("threads=0");
    }

    @Test
    void aMissingFileIsNamed() {
        var result = InProcess.run("run", "--model", folder.resolve("none.gguf"), "-p", "x");
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err()).contains("none.gguf").contains("no such file");
    }

    @Test
    void aFileOfAnotherFormatIsNamed() throws IOException {
        Path text = Files.writeString(folder.resolve("model.gguf"), "not a model at all");
        var result = InProcess.run("inspect", text, "--allow-unsigned");
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err()).contains("model.gguf").contains("is not a GGUF file");
    }

    @Test
    void aPromptThatDoesNotFitIsRefusedWithCounts() {
        var result = InProcess.run("run", "-p", "one two three four five six seven eight", "--context", "4");
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err()).contains("context of 4");
        // the prompt itself must not appear in a message
        assertThat(result.err()).doesNotContain("three");
    }

    @Test
    void inspectTellsWhoSignedAndWhichKernelsRun() {
        var result = InProcess.run("inspect", "--json");
        assertThat(result.exitCode()).isZero();
        var json = new JsonMapper().readTree(result.text());
        assertThat(json.get("signature").get("signer").asString()).hasSize(64);
        assertThat(json.get("kernels").get("provider").asString()).isEqualTo("vector");
        assertThat(json.get("kernels").get("reason").asString()).isNotBlank();
        assertThat(json.get("memory").get("total").asLong()).isPositive();
        assertThat(json.get("tensors")).isNotEmpty();
    }

    @Test
    void aModelThatOthersCanChangeIsUsedWithAWarning() throws IOException {
        String name = Models.demoFile().getFileName().toString();
        Path model = Files.copy(Models.demoFile(), folder.resolve(name));
        Files.copy(Models.demoFile().resolveSibling(name + ".sig"), folder.resolve(name + ".sig"));
        Files.setPosixFilePermissions(model, PosixFilePermissions.fromString("rw-rw-rw-"));
        var ran = InProcess.run("tokenize", "--model", model, "text");
        assertThat(ran.exitCode()).as(ran.err()).isZero();
        assertThat(ran.err()).contains("WARNING: everybody may write to");
        assertThat(InProcess.run("inspect", model).text()).contains("exposed       everybody may write to");
        Files.setPosixFilePermissions(model, PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(InProcess.run("tokenize", "--model", model, "text").err()).doesNotContain("lockstep: WARNING");
    }

    @Test
    void theCacheTakesAsManyBytesAsItsTypeSays() {
        long[] bytes = new long[3];
        String[] types = {"f32", "F16", "q8_0"};
        for (int i = 0; i < types.length; i++) {
            var result = InProcess.run("inspect", "--json", "--kv-cache", types[i], "--context", "640");
            assertThat(result.exitCode()).as(result.err()).isZero();
            var memory = new JsonMapper().readTree(result.text()).get("memory");
            assertThat(memory.get("kvType").asString()).isEqualToIgnoringCase(types[i]);
            bytes[i] = memory.get("kvCache").asLong();
        }
        assertThat(bytes[0]).isEqualTo(2 * bytes[1]);
        assertThat(bytes[2]).isBetween(bytes[1] / 2, bytes[1] * 6 / 10);
        var unknown = InProcess.run("inspect", "--kv-cache", "f8");
        assertThat(unknown.exitCode()).isEqualTo(2);
        assertThat(unknown.err()).contains("f32, f16, q8_0");
    }

    @Test
    void withoutTheVectorModuleOneWarningIsPrintedAndTheTextIsTheSame() {
        var fast = InProcess.run("run", "-p", "Once upon a time", "--temperature", "0", "-n", "12");
        var slow = Cli.standard().withoutVectorModule().run("run", "-p", "Once upon a time", "--temperature", "0", "-n", "12");
        assertThat(slow.exitCode()).as(slow.err()).isZero();
        assertThat(slow.text()).isEqualTo(fast.text());
        assertThat(slow.err().lines().filter(line -> line.contains("--add-modules jdk.incubator.vector"))).hasSize(1);
        assertThat(fast.err()).doesNotContain("plain Java");
    }

    @Test
    void aKeyPairSignsAndVerifiesAndOthersDoNot() throws IOException {
        Path model = Files.write(folder.resolve("weights.bin"), "weights".getBytes(StandardCharsets.UTF_8));
        Path privateKey = folder.resolve("k.pem");
        Path publicKey = folder.resolve("k.pub.pem");
        assertThat(InProcess.run("keygen", "--private-key", privateKey, "--public-key", publicKey).exitCode()).isZero();
        assertThat(InProcess.run("sign", model, "--private-key", privateKey).exitCode()).isZero();
        var verified = InProcess.run("verify", model, "--signature", folder.resolve("weights.bin.sig"), "--public-key", publicKey);
        assertThat(verified.exitCode()).as(verified.err()).isZero();
        assertThat(verified.text()).startsWith("verified: 1 file(s)");
        Files.writeString(model, "Weights");
        var changed = InProcess.run("verify", model, "--public-key", publicKey);
        assertThat(changed.exitCode()).isEqualTo(3);
        assertThat(changed.err()).contains("weights.bin");
    }

    @Test
    void aPostQuantumKeyCosignsWhatAnotherHasSigned() throws IOException {
        Path model = Files.createDirectory(folder.resolve("model"));
        Files.writeString(model.resolve("weights.bin"), "weights");
        Path first = folder.resolve("first.pem");
        Path second = folder.resolve("second.pem");
        Path secondPublic = folder.resolve("second.pub.pem");
        InProcess.run("keygen", "--curve", "p-256", "--private-key", first, "--public-key", folder.resolve("first.pub.pem"));
        var made = InProcess.run("keygen", "--algorithm", "ML-DSA-65", "--private-key", second, "--public-key", secondPublic);
        assertThat(made.exitCode()).as(made.err()).isZero();
        assertThat(InProcess.run("sign", model, "--private-key", first).exitCode()).isZero();
        assertThat(InProcess.run("sign", model, "--private-key", second, "--cosign", "--hash", "blake3").exitCode()).isEqualTo(2);
        var cosigned = InProcess.run("sign", model, "--private-key", second, "--cosign");
        assertThat(cosigned.exitCode()).as(cosigned.err()).isZero();
        Path cosignature = model.resolve("model.sig.d").resolve(made.text().substring(0, 16) + ".sig");
        assertThat(cosigned.err()).contains(cosignature.toString()).doesNotContain("lockstep: WARNING");
        var verified = InProcess.run("verify", model, "--signature", cosignature, "--public-key", secondPublic);
        assertThat(verified.exitCode()).as(verified.err()).isZero();
        assertThat(verified.text()).contains(made.text().strip());
    }

    @Test
    void aPrivateKeyThatOthersCanReadIsWarnedOfAndOneTheyCanWriteIsRefused() throws IOException {
        Path model = Files.writeString(folder.resolve("weights.bin"), "weights");
        Path key = folder.resolve("k.pem");
        InProcess.run("keygen", "--private-key", key, "--public-key", folder.resolve("k.pub.pem"));
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));
        var warned = InProcess.run("sign", model, "--private-key", key);
        assertThat(warned.exitCode()).isZero();
        assertThat(warned.err()).contains("lockstep: WARNING").contains("k.pem").contains("chmod 600");
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-rw-r--"));
        var refused = InProcess.run("sign", model, "--private-key", key);
        assertThat(refused.exitCode()).isEqualTo(1);
        assertThat(refused.err()).contains("may write to").contains("chmod 600");
    }

    @Test
    void keygenNamesItsAlgorithmsWhenItKnowsNoSuchOne() {
        var result = InProcess.run("keygen", "--algorithm", "RSA",
                "--private-key", folder.resolve("k"), "--public-key", folder.resolve("p"));
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).contains("P-256, P-384, P-521, ML-DSA-65");
    }

    @Test
    void keygenOverwritesNothing() throws IOException {
        Path precious = Files.writeString(folder.resolve("k.pem"), "precious");
        var result = InProcess.run("keygen", "--private-key", precious, "--public-key", folder.resolve("k.pub.pem"));
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(precious).hasContent("precious");
    }

    @Test
    void stopTextsAreNotPrinted() {
        var whole = InProcess.run("run", "-p", "Once upon a time", "--temperature", "0", "-n", "40").text();
        assertThat(whole).contains("great deal");
        var cut = InProcess.run("run", "-p", "Once upon a time", "--temperature", "0", "-n", "40", "--stop", "great deal").text();
        assertThat(cut).isEqualTo(whole.substring(0, whole.indexOf("great deal")));
    }
}
