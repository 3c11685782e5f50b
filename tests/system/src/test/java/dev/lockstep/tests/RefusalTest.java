package dev.lockstep.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.app.InProcess;
import dev.lockstep.loader.CheckpointLoader;
import dev.lockstep.loader.TrustPolicy;
import dev.lockstep.loader.signing.EcCurve;
import dev.lockstep.loader.signing.ModelSignatureException;
import dev.lockstep.loader.signing.ModelSignatureException.Reason;
import dev.lockstep.loader.signing.SigningKeys;
import dev.lockstep.testkit.Cli.Result;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.interfaces.ECPublicKey;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever is not exactly what a trusted key signed is refused, with exit 3 and a reason. Works on a copy of the demo model. */
class RefusalTest {
    private static final long SEED = 0x5EED_0010L;
    private static final int EXIT_REFUSED = 3;

    @TempDir
    private Path home;

    private Path model;
    private Path signature;

    @BeforeEach
    void copyDemoModel() throws IOException {
        Path folder = Files.createDirectories(home.resolve("models/checkpoints"));
        try (var files = Files.list(Models.demoFolder())) {
            for (Path file : files.toList()) {
                Files.copy(file, folder.resolve(file.getFileName()));
            }
        }
        model = folder.resolve("andersen-5m-q8_0.gguf");
        signature = folder.resolve("andersen-5m-q8_0.gguf.sig");
    }

    private Result run(Object... more) {
        Object[] arguments = new Object[more.length + 5];
        System.arraycopy(new Object[] {"run", "-p", "Once", "-n", "2"}, 0, arguments, 0, 5);
        System.arraycopy(more, 0, arguments, 5, more.length);
        return InProcess.runWithHome(home, arguments);
    }

    private static void assertRefused(Result result, String... facts) {
        assertThat(result.exitCode()).as(result.err()).isEqualTo(EXIT_REFUSED);
        assertThat(result.out()).isEmpty();
        assertThat(result.err()).contains("lockstep: refused: ");
        for (String fact : facts) {
            assertThat(result.err()).contains(fact);
        }
    }

    @Test
    void theUntouchedCopyRuns() {
        assertThat(run().exitCode()).isZero();
    }

    @Test
    void aFlippedByteInTheModelIsRefused() throws IOException {
        flip(model, 3_000_000);
        assertRefused(run(), "andersen-5m-q8_0.gguf", "is not the file that was signed");
    }

    @Test
    void aFlippedByteAnywhereIsRefused() throws IOException {
        var random = new SplittableRandom(SEED);
        long size = Files.size(model);
        for (int round = 0; round < 60; round++) {
            long at = round == 0 ? 0 : round == 1 ? size - 1 : random.nextLong(size);
            flip(model, at);
            assertThatThrownBy(() -> CheckpointLoader.open(model, Models.demoTrust())).as("byte %d", at)
                    .isInstanceOfSatisfying(ModelSignatureException.class,
                            e -> assertThat(e.reason()).isEqualTo(Reason.DIGEST_MISMATCH));
            flip(model, at);
        }
        CheckpointLoader.open(model, Models.demoTrust()).close();
    }

    @Test
    void aFlippedByteAnywhereInTheSignatureIsRefused() throws IOException {
        byte[] original = Files.readAllBytes(signature);
        for (int at = 0; at < original.length; at++) {
            byte[] changed = original.clone();
            changed[at] ^= 1;
            Files.write(signature, changed);
            assertThatThrownBy(() -> CheckpointLoader.open(model, Models.demoTrust())).as("byte %d", at)
                    .isInstanceOf(ModelSignatureException.class);
        }
    }

    @Test
    void aRemovedSignatureIsRefusedAndTheMessageSaysWhatToDo() throws IOException {
        Files.delete(signature);
        assertRefused(run(), "has no signature", "--allow-unsigned");
    }

    @Test
    void aWrongKeyIsRefused() throws IOException {
        Path other = home.resolve("other.pub.pem");
        SigningKeys.write(SigningKeys.generate(EcCurve.P384), home.resolve("other.pem"), other, null);
        assertRefused(run("--key", other), "not trusted", "--key");
        Files.copy(other, model.resolveSibling("demo-key.pub.pem"), StandardCopyOption.REPLACE_EXISTING);
        assertRefused(run(), "not trusted");
    }

    @Test
    void anyRightKeyAmongSeveralIsEnough() throws IOException {
        var other = (ECPublicKey) SigningKeys.generate(EcCurve.P256).getPublic();
        var right = SigningKeys.readPublicKey(model.resolveSibling("demo-key.pub.pem"));
        CheckpointLoader.open(model, TrustPolicy.of(other, right)).close();
    }

    @Test
    void aTruncatedOrExtendedModelIsRefused() throws IOException {
        byte[] original = Files.readAllBytes(model);
        Files.write(model, Arrays.copyOf(original, original.length - 1));
        assertRefused(run());
        Files.write(model, Arrays.copyOf(original, original.length + 1));
        assertRefused(run());
        Files.write(model, new byte[0]);
        assertRefused(run());
    }

    @Test
    void allowUnsignedIsLoudAndLoads() throws IOException {
        Files.delete(signature);
        Result result = run("--allow-unsigned");
        assertThat(result.exitCode()).isZero();
        assertThat(result.err()).contains("WARNING: --allow-unsigned");
    }

    @Test
    void aSymbolicLinkIsNotFollowed() throws IOException {
        Path link = home.resolve("link.gguf");
        Files.createSymbolicLink(link, model);
        Result result = run("--model", link);
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err()).contains("symbolic link");
    }

    @Test
    void everyCommandThatOpensAModelRefuses() throws IOException {
        flip(model, 5_000_000);
        assertRefused(InProcess.runWithHome(home, "inspect", model));
        assertRefused(InProcess.runWithHome(home, "tokenize", "--model", model, "hello"));
        assertRefused(InProcess.runWithHome(home, "logits", "--model", model, "--tokens", "1", "--out", home.resolve("out.f32")));
        assertRefused(InProcess.runWithHome(home, "verify", model, "--public-key", model.resolveSibling("demo-key.pub.pem")));
        assertThat(home.resolve("out.f32")).doesNotExist();
    }

    private static void flip(Path file, long at) throws IOException {
        try (var bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.seek(at);
            int value = bytes.read();
            bytes.seek(at);
            bytes.write(value ^ 0x10);
        }
    }
}
