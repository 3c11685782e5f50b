package dev.lockstep.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.lockstep.loader.CheckpointLoader;
import dev.lockstep.loader.age.AgeIdentityFile;
import dev.lockstep.loader.age.X25519Identity;
import dev.lockstep.testkit.Cli;
import dev.lockstep.testkit.Dumps;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Nothing stays behind: another process runs a real model and stops at certain points; its memory is searched from outside for
 * pieces of weights, prompt, tokens, text, logits and keys, and so are dumps of its heap and of its core. Each secret must be found
 * while it is in use, or the search proves nothing.
 *
 * <p>Pieces of float memory are twice as long as the widest vector. The JVM may discard compiled kernels at any time and interpret
 * for a while, and then single vectors of 16 to 64 bytes do stay behind on the heap: SECURITY.md says so, and no test that wants
 * to pass every time can deny it.
 *
 * <p>Dumps take time. In CI they are made after some events; {@code -Dlockstep.hygiene=full} makes them after each.
 */
@EnabledOnOs(value = OS.LINUX, disabledReason = "reads /proc/PID/mem")
@Timeout(value = 5, unit = TimeUnit.MINUTES)
@Tag("alone")
class MemoryHygieneTest {
    private static final boolean FULL = "full".equals(System.getProperty("lockstep.hygiene"));
    private static final Path KEY = Models.demoFolder().resolve("demo-key.pub.pem");

    @TempDir
    private Path folder;

    private WatchedProcess watched;

    @AfterEach
    void stopProcess() {
        if (watched != null) {
            watched.close();
        }
    }

    private WatchedProcess start(String scenario, Path model, Object... more) throws IOException {
        Object[] arguments = new Object[more.length + 2];
        arguments[0] = model;
        arguments[1] = KEY;
        System.arraycopy(more, 0, arguments, 2, more.length);
        watched = WatchedProcess.start(folder, List.of("--enable-native-access=ALL-UNNAMED"), scenario, arguments);
        return watched;
    }

    @ParameterizedTest
    @ValueSource(strings = {"generate", "generate-hardened"})
    void afterClosingNothingOfWeightsPromptTextOrLogitsIsLeft(String scenario) throws IOException {
        start(scenario, Models.demoFile()).runTo("in-use");
        // closed to others, only the administrator can look into it
        assumeThat(Files.isReadable(Path.of("/proc/" + watched.process().pid() + "/mem"))).as("may look into the process").isTrue();
        watched.addWeights();
        watched.assertFound("prompt", "tokens", "output", "logits", "panel 0", "panel 5", "vector");
        watched.assertGone(watched.secrets.namesThatBegin("raw").toArray(String[]::new));
        watched.goOn();

        watched.runTo("session-closed");
        watched.assertGone("prompt", "tokens", "output", "logits");
        watched.assertFound("panel 0");
        watched.goOn();

        watched.runTo("model-closed");
        watched.assertAllGone();
        watched.goOn();
        watched.runTo("closed-twice");
        assertNothingInDumps(scenario.equals("generate"));
    }

    @Test
    void aCancelledGenerationLeavesNothing() throws IOException {
        start("cancel", Models.demoFile()).runTo("in-use").assertFound("prompt", "tokens");
        watched.goOn();
        watched.runTo("cancelled");
        assertThat(watched.finish()).isEqualTo("CANCELLED");
        watched.assertGone("prompt", "tokens");
        watched.goOn();
        watched.runTo("model-closed");
        assertNothingLeft(false);
    }

    @Test
    void aGenerationThatTookTooLongLeavesNothing() throws IOException {
        start("timeout", Models.demoFile()).runTo("in-use").assertFound("prompt", "tokens");
        watched.goOn();
        watched.runTo("timed-out");
        assertThat(watched.finish()).isEqualTo("TIMEOUT");
        watched.assertGone("prompt", "tokens");
        assertNothingInDumps(false);
    }

    @Test
    void closingWhileATextIsGeneratedLeavesNothing() throws IOException {
        start("close-while-generating", Models.demoFile()).runTo("in-use").assertFound("prompt", "tokens");
        watched.goOn();
        watched.runTo("closed");
        assertThat(watched.finish()).isEqualTo("CANCELLED");
        assertNothingLeft(false);
    }

    @Test
    void aFailedListenerLeavesNothing() throws IOException {
        start("failing-listener", Models.demoFile()).runTo("in-use").assertFound("prompt", "tokens");
        watched.goOn();
        watched.runTo("failed");
        assertThat(watched.finish()).isEqualTo("listener");
        watched.assertGone("prompt", "tokens");
        assertNothingInDumps(false);
    }

    @Test
    void aModelThatComputesNonsenseLeavesNothing() throws IOException {
        Path broken = copyOfDemo();
        try (var checkpoint = CheckpointLoader.open(Models.demoFile(), Models.demoTrust());
                var bytes = new RandomAccessFile(broken.toFile(), "rw")) {
            bytes.seek(checkpoint.tensor("blk.3.ffn_norm.weight").orElseThrow().byteOffset());
            // NaN in any byte order
            bytes.write(new byte[] {(byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF});
        }
        start("kernel-failure", broken).runTo("in-use").assertFound("prompt", "tokens");
        watched.goOn();
        watched.runTo("failed");
        assertThat(watched.finish()).isEqualTo("InferenceException");
        watched.assertGone("prompt", "tokens");
        assertNothingInDumps(false);
    }

    @Test
    void whenTheProcessIsToldToEndEverythingIsWipedAtOnce() throws IOException {
        start("process-end", Models.demoFile()).runTo("in-use");
        watched.addWeights();
        watched.assertFound("prompt", "tokens", "panel 0", "vector");
        watched.goOn();
        watched.runTo("wiped");
        watched.assertAllGone();
        assertNothingInDumps(false);
    }

    @Test
    void runningOutOfMemoryInTheMiddleOfALoadLeavesNothing() throws IOException {
        assertRefused("out-of-memory", Models.demoFile(), "SecureMemoryException");
    }

    @Test
    void aMalformedModelLeavesNothing() throws IOException {
        Path longer = copyOfDemo();
        Files.write(longer, new byte[100], StandardOpenOption.APPEND);
        assertRefused("malformed-load", longer, "ModelFormatException");
    }

    @Test
    void aRefusedModelLeavesNothing() throws IOException {
        Path changed = copyOfDemo();
        try (var bytes = new RandomAccessFile(changed.toFile(), "rw")) {
            bytes.seek(bytes.length() - 1);
            int last = bytes.read();
            bytes.seek(bytes.length() - 1);
            bytes.write(last ^ 1);
        }
        assertRefused("failed-load", changed, "ModelSignatureException");
    }

    private void assertRefused(String scenario, Path model, String finish) throws IOException {
        start(scenario, model).runTo("refused");
        assertThat(watched.finish()).isEqualTo(finish);
        assertNothingLeft(false);
    }

    @Test
    void anEncryptedModelLeavesNeitherWeightsNorKeys() throws IOException {
        Path identityFile = folder.resolve("identity.txt");
        Path encrypted = Models.encryptedDemo(folder, identityFile);
        start("encrypted", encrypted, identityFile).runTo("in-use");
        watched.addWeights();
        watched.secrets.addIdentity(identityFile);
        watched.assertFound("panel 0", "vector", "key");
        watched.goOn();
        watched.runTo("model-closed");
        watched.assertAllGone();
        assertNothingInDumps(false);
    }

    @Test
    void aSavedSessionLeavesNothingNeitherWhereItWasSavedNorWhereItWasOpened() throws IOException {
        Path identityFile = folder.resolve("identity.txt");
        try (var identity = X25519Identity.generate()) {
            AgeIdentityFile.write(identityFile, identity);
        }
        start("save-and-open", Models.demoFile(), identityFile, folder.resolve("saved.age")).runTo("in-use");
        watched.secrets.addIdentity(identityFile);
        watched.assertFound("logits", "key");
        watched.goOn();
        watched.runTo("saved");
        watched.assertGone("logits");
        watched.goOn();
        watched.runTo("opened");
        watched.assertFound("logits");
        watched.goOn();
        watched.runTo("model-closed");
        watched.assertAllGone();
        assertNothingInDumps(false);
    }

    private void assertNothingLeft(boolean alwaysDump) throws IOException {
        watched.addWeights();
        watched.assertAllGone();
        assertNothingInDumps(alwaysDump);
    }

    /** Last, because a core dump ends the process. */
    private void assertNothingInDumps(boolean always) throws IOException {
        if (!always && !FULL) {
            return;
        }
        Path heap = folder.resolve("heap.hprof");
        Cli.Result dumped = Dumps.heapDump(watched.process(), heap);
        assertThat(heap).as(dumped.text() + dumped.err()).exists();
        watched.secrets.assertNotIn(heap);
        if (Dumps.whyNoCoreDumps().isEmpty()) {
            Path core = Dumps.abort(watched.process(), folder).orElse(null);
            if (core != null) {
                watched.secrets.assertNotIn(core);
            }
        }
    }

    private Path copyOfDemo() throws IOException {
        return Models.copyOfDemo(folder);
    }
}
