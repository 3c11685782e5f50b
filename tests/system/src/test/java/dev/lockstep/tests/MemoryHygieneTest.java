package dev.lockstep.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.loader.CheckpointLoader;
import dev.lockstep.loader.TensorInfo;
import dev.lockstep.quant.PanelLayout;
import dev.lockstep.testkit.Jvm;
import dev.lockstep.testkit.ProcessMemory;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Nothing stays behind: another process runs a real model and stops at certain points; its memory is searched from outside for
 * pieces of weights, prompt, tokens, text and logits. Each secret must be found while it is in use, or the search proves nothing.
 *
 * <p>Pieces of float memory are twice as long as the widest vector. The JVM may discard compiled kernels at any time and interpret
 * for a while, and then single vectors of 16 to 64 bytes do stay behind on the heap: SECURITY.md says so, and no test that wants
 * to pass every time can deny it.
 */
@EnabledOnOs(value = OS.LINUX, disabledReason = "reads /proc/PID/mem")
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class MemoryHygieneTest {
    private static final int PATTERN_BYTES = 32;
    private static final int FLOAT_BYTES = HygieneScenario.FLOAT_BYTES;
    private static final int TENSOR_PATTERNS = 6;

    @TempDir
    private Path folder;

    private Process process;
    private BufferedReader output;
    private int panelRows;
    private String finish;
    /** By name, as reported by the process or computed from the model file. */
    private final Map<String, byte[]> secrets = new LinkedHashMap<>();

    @AfterEach
    void stopProcess() {
        if (process != null) {
            process.destroyForcibly();
        }
    }

    @Test
    void afterClosingNothingOfWeightsPromptTextOrLogitsIsLeft() throws IOException {
        start("generate", Models.demoFile());
        runTo("in-use");
        addWeightPatterns();
        assertFound("prompt", "tokens", "output", "logits", "panel 0", "panel 5", "vector");
        assertGone(rawNames());
        goOn();

        runTo("session-closed");
        assertGone(List.of("prompt", "tokens", "output", "logits"));
        assertFound("panel 0");
        goOn();

        runTo("model-closed");
        assertGone(List.copyOf(secrets.keySet()));
    }

    @Test
    void aCancelledGenerationLeavesNothing() throws IOException {
        start("cancel", Models.demoFile());
        runTo("in-use");
        assertFound("prompt", "tokens");
        goOn();
        runTo("cancelled");
        assertThat(finish).isEqualTo("CANCELLED");
        assertGone(List.of("prompt", "tokens"));
        goOn();
        runTo("model-closed");
        addWeightPatterns();
        assertGone(List.copyOf(secrets.keySet()));
    }

    @Test
    void aFailedGenerationLeavesNothing() throws IOException {
        start("failing-listener", Models.demoFile());
        runTo("in-use");
        assertFound("prompt", "tokens");
        goOn();
        runTo("failed");
        assertThat(finish).isEqualTo("listener");
        assertGone(List.of("prompt", "tokens"));
    }

    @Test
    void whenTheProcessIsToldToEndEverythingIsWipedAtOnce() throws IOException {
        start("process-end", Models.demoFile());
        runTo("in-use");
        addWeightPatterns();
        assertFound("prompt", "tokens", "panel 0", "vector");
        goOn();
        runTo("wiped");
        assertGone(List.copyOf(secrets.keySet()));
    }

    @Test
    void aMalformedModelLeavesNothing() throws IOException {
        Path longer = copyOfDemo();
        Files.write(longer, new byte[100], StandardOpenOption.APPEND);
        start("malformed-load", longer);
        runTo("refused");
        assertThat(finish).isEqualTo("ModelFormatException");
        addWeightPatterns();
        assertGone(List.copyOf(secrets.keySet()));
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
        start("failed-load", changed);
        runTo("refused");
        assertThat(finish).isEqualTo("ModelSignatureException");
        addWeightPatterns();
        assertGone(List.copyOf(secrets.keySet()));
    }

    private void start(String scenario, Path model) throws IOException {
        var command = Jvm.command(List.of("-Xmx256m", "-XX:+UseSerialGC", "--add-modules", Jvm.VECTOR_MODULE),
                HygieneScenario.class.getName(),
                List.of(scenario, model.toString(), Models.demoFolder().resolve("demo-key.pub.pem").toString()));
        process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        output = process.inputReader();
    }

    private void runTo(String point) throws IOException {
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            String[] words = line.split(" ");
            switch (words[0]) {
                case "at" -> {
                    assertThat(words[1]).isEqualTo(point);
                    return;
                }
                case "secret" -> secrets.put(words[1], unmasked(words[2]));
                case "rows" -> panelRows = Integer.parseInt(words[1]);
                case "finish" -> finish = words[1];
                default -> throw new IllegalStateException(line);
            }
        }
        throw new IllegalStateException("the process ended before " + point);
    }

    private void goOn() throws IOException {
        process.getOutputStream().write('\n');
        process.getOutputStream().flush();
    }

    private static byte[] unmasked(String hex) {
        byte[] bytes = HexFormat.of().parseHex(hex);
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] ^= HygieneScenario.MASK;
        }
        return bytes;
    }

    private void assertFound(String... names) throws IOException {
        List<Integer> counts = count(List.of(names));
        for (int i = 0; i < names.length; i++) {
            assertThat(counts.get(i)).as("%s while in use", names[i]).isPositive();
        }
    }

    private void assertGone(List<String> names) throws IOException {
        List<Integer> counts = count(names);
        for (int i = 0; i < names.size(); i++) {
            assertThat(counts.get(i)).as("%s afterwards", names.get(i)).isZero();
        }
    }

    private List<Integer> count(List<String> names) throws IOException {
        assertThat(secrets.keySet()).containsAll(names);
        return ProcessMemory.of(process).count(names.stream().map(secrets::get).toList());
    }

    private List<String> rawNames() {
        return secrets.keySet().stream().filter(name -> name.startsWith("raw")).toList();
    }

    /**
     * Pieces of the weights: as they lie in the file, as they lie in panels (computed here with the exact packer), and a
     * vector, which is stored as it is.
     */
    private void addWeightPatterns() throws IOException {
        try (var checkpoint = CheckpointLoader.open(Models.demoFile(), Models.demoTrust()); var arena = Arena.ofConfined()) {
            MemorySegment file = arena.allocate(checkpoint.byteSize()).copyFrom(
                    MemorySegment.ofArray(Files.readAllBytes(Models.demoFile())));
            List<TensorInfo> matrices = checkpoint.tensors().stream().filter(tensor -> tensor.shape().size() == 2).toList();
            for (int i = 0; i < TENSOR_PATTERNS; i++) {
                TensorInfo tensor = matrices.get(i * (matrices.size() - 1) / (TENSOR_PATTERNS - 1));
                secrets.put("raw " + i, pattern(file, tensor.byteOffset() + tensor.byteSize() / 2, PATTERN_BYTES));
                secrets.put("panel " + i, panelPattern(file, tensor, arena));
            }
            secrets.put("vector", pattern(file, checkpoint.tensor("blk.3.ffn_norm.weight").orElseThrow().byteOffset(), FLOAT_BYTES));
        }
    }

    private byte[] panelPattern(MemorySegment file, TensorInfo tensor, Arena arena) {
        var layout = new PanelLayout(tensor.type(), tensor.rows(), tensor.columns(), panelRows);
        MemorySegment panels = arena.allocate(layout.allocationBytes());
        long panel = layout.panels() / 2;
        long rows = tensor.byteOffset() + panel * panelRows * layout.rowBytes();
        layout.pack(panel, file.asSlice(rows, layout.rowsIn(panel) * layout.rowBytes()), panels, Arena.ofAuto().allocate(layout.scratchBytes()));
        // behind all scales, in the middle of the quants
        return pattern(panels, panel * layout.panelBytes() + layout.panelBytes() / 2, PATTERN_BYTES);
    }

    private static byte[] pattern(MemorySegment bytes, long offset, int count) {
        return bytes.asSlice(offset, count).toArray(ValueLayout.JAVA_BYTE);
    }

    private Path copyOfDemo() throws IOException {
        List<Path> copies = new ArrayList<>();
        try (var files = Files.list(Models.demoFolder())) {
            for (Path file : files.toList()) {
                copies.add(Files.copy(file, folder.resolve(file.getFileName())));
            }
        }
        return copies.stream().filter(file -> file.toString().endsWith(".gguf")).findFirst().orElseThrow();
    }
}
