package dev.lockstep.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.lockstep.kernel.KernelSelection;
import dev.lockstep.testkit.Dumps;
import dev.lockstep.testkit.Jvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
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

/** The real command line, told to end in different ways: what is in its memory then, and in what the system writes down of it. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "reads /proc/PID/mem")
@Timeout(value = 5, unit = TimeUnit.MINUTES)
@Tag("alone")
class ProcessEndTest {
    private static final int PROMPT_BYTES = 96;
    private static final int POLL_MILLIS = 20;

    @TempDir
    private Path folder;

    private final Secrets secrets = new Secrets();
    private final List<String> jvm = new ArrayList<>(List.of("-Xmx256m", "-XX:+UseSerialGC", "--add-modules", Jvm.VECTOR_MODULE,
            "--add-opens", "java.base/java.lang=ALL-UNNAMED", "--enable-native-access=ALL-UNNAMED", "-XX:+SuppressFatalErrorMessage"));
    private Process process;

    @AfterEach
    void stopProcess() throws IOException {
        Files.writeString(folder.resolve(AppAtExit.GO), "");
        process.destroyForcibly();
    }

    /** Starts {@code run} of an encrypted model, with a random prompt on standard input; returns once the text has begun. */
    private void generate(int tokens, List<String> options) throws IOException {
        Path identityFile = folder.resolve("identity.txt");
        Path model = Models.encryptedDemo(folder, identityFile);
        secrets.addIdentity(identityFile);
        var arguments = new ArrayList<>(List.of(folder.toString(), "run", "--model", model.toString(), "--age-identity", identityFile.toString(),
                "--key", Models.demoFolder().resolve("demo-key.pub.pem").toString(), "-n", Integer.toString(tokens), "--temperature", "0", "--no-echo"));
        arguments.addAll(options);
        process = Dumps.dumpingInto(folder, Jvm.command(jvm, AppAtExit.class.getName(), arguments))
                .redirectError(ProcessBuilder.Redirect.DISCARD).start();
        byte[] prompt = prompt();
        secrets.add("prompt", Arrays.copyOf(prompt, Secrets.PATTERN_BYTES));
        try (var stdin = process.getOutputStream()) {
            stdin.write(prompt);
        }
        secrets.add("output", process.getInputStream().readNBytes(Secrets.PATTERN_BYTES));
        secrets.addWeights(KernelSelection.kernels().panelRows());
    }

    private static byte[] prompt() {
        var random = new Random();
        byte[] prompt = new byte[PROMPT_BYTES];
        for (int i = 0; i < prompt.length; i++) {
            prompt[i] = (byte) ('a' + random.nextInt(26));
        }
        return prompt;
    }

    @ParameterizedTest
    @ValueSource(strings = {"TERM", "INT"})
    void toldToEndInTheMiddleOfATextItIsWiped(String signal) throws Exception {
        generate(900, List.of());
        Dumps.signal(process, "STOP");
        secrets.assertFound(process, "prompt", "panel 0", "vector");
        Dumps.signal(process, signal);
        Dumps.signal(process, "CONT");
        awaitWiped();
        secrets.assertGone(process);
        assertNotInHeapDump();
    }

    @Test
    void atItsOwnEndItIsWipedAndTheFlightRecorderHasSeenNothing() throws Exception {
        Path recording = folder.resolve("recording.jfr");
        // or it says on standard output that it records
        jvm.add("-Xlog:disable");
        jvm.add("-XX:StartFlightRecording=settings=profile,dumponexit=true,filename=" + recording);
        generate(20, List.of());
        awaitWiped();
        secrets.assertGone(process);
        assertNotInHeapDump();
        Files.writeString(folder.resolve(AppAtExit.GO), "");
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(recording).isNotEmptyFile();
        secrets.assertNotIn(recording);
    }

    private void awaitWiped() throws InterruptedException {
        while (Files.notExists(folder.resolve(AppAtExit.WIPED))) {
            assertThat(process.isAlive()).isTrue();
            Thread.sleep(POLL_MILLIS);
        }
    }

    private void assertNotInHeapDump() throws IOException {
        Path heap = folder.resolve("heap.hprof");
        assertThat(Dumps.heapDump(process, heap).exitCode()).isZero();
        secrets.assertNotIn(heap);
    }

    @Test
    void aCoreDumpInTheMiddleOfATextHoldsNoMemory() throws Exception {
        assumeThat(Dumps.whyNoCoreDumps()).isEmpty();
        generate(900, List.of());
        Path core = Dumps.abort(process, folder).orElseThrow();
        assertThat(core).isNotEmptyFile();
        secrets.assertNotIn(core);
    }

    @Test
    void hardenedItDumpsNoCoreAtAll() throws Exception {
        assumeThat(Dumps.whyNoCoreDumps()).isEmpty();
        generate(900, List.of("--harden"));
        assertThat(Dumps.abort(process, folder)).isEmpty();
    }

    /** The search for dumps is worth nothing if it does not find what is there. */
    @Test
    void withoutTheAppsPrecautionTheSearchFindsMemoryInACoreDump() throws Exception {
        assumeThat(Dumps.whyNoCoreDumps()).isEmpty();
        generate(900, List.of());
        Files.writeString(Path.of("/proc/" + process.pid() + "/coredump_filter"), "33");
        Path core = Dumps.abort(process, folder).orElseThrow();
        secrets.assertIn(core, "prompt", "vector");
    }
}
