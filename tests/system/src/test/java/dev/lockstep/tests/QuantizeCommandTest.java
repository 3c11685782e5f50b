package dev.lockstep.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.app.InProcess;
import dev.lockstep.loader.CheckpointLoader;
import dev.lockstep.loader.Metadata;
import dev.lockstep.loader.TensorInfo;
import dev.lockstep.loader.TrustPolicy;
import dev.lockstep.loader.VerifiedCheckpoint;
import dev.lockstep.quant.DType;
import dev.lockstep.testkit.Cli;
import dev.lockstep.testkit.Dumps;
import dev.lockstep.testkit.Jvm;
import dev.lockstep.testkit.SharedData;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code quantize} writes, compared with what the reference quantizer wrote, and what it refuses to write. */
class QuantizeCommandTest {
    @TempDir
    private Path folder;
    private Path out;

    @BeforeEach
    void nameTheFile() {
        out = folder.resolve("out.gguf");
    }

    private static Path checkpoint(String name) {
        return SharedData.path("checkpoints/" + name);
    }

    private Cli.Result quantize(Object in, Object... options) {
        List<Object> arguments = new ArrayList<>(List.of("quantize", in, out, "--allow-unsigned"));
        arguments.addAll(List.of(options));
        return InProcess.run(arguments.toArray());
    }

    private static void assertDone(Cli.Result result) {
        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(result.out()).isEmpty();
        assertThat(result.err()).contains("lockstep sign");
    }

    private static VerifiedCheckpoint open(Path file) throws IOException {
        return CheckpointLoader.open(file, TrustPolicy.allowUnsigned());
    }

    @ParameterizedTest
    @CsvSource({"andersen/andersen-5m-f32.gguf, andersen/andersen-5m-q8_0.gguf, q8_0", "arch/llama/model-f32.gguf, arch/llama/model-q5_k.gguf, Q5_K"})
    void aPureFileHoldsWhatTheReferenceQuantizersHolds(String master, String reference, String type) throws IOException {
        assertDone(quantize(checkpoint(master), "--type", type, "--pure"));
        assertThat(Files.size(out)).isEqualTo(Files.size(checkpoint(reference)));
        try (var arena = Arena.ofShared(); var expected = open(checkpoint(reference)); var actual = open(out)) {
            assertThat(actual.metadata().keys()).containsExactlyInAnyOrderElementsOf(expected.metadata().keys());
            for (String key : actual.metadata().keys()) {
                assertSame(key, actual.metadata(), expected.metadata());
            }
            assertSameTensors(actual, expected, arena);
        }
    }

    private static void assertSameTensors(VerifiedCheckpoint actual, VerifiedCheckpoint expected, Arena arena) {
        assertThat(actual.tensors()).hasSameSizeAs(expected.tensors());
        for (TensorInfo tensor : actual.tensors()) {
            TensorInfo same = expected.tensor(tensor.name()).orElseThrow();
            assertThat(tensor.type()).as(tensor.name()).isEqualTo(same.type());
            assertThat(bytes(actual, tensor, arena).mismatch(bytes(expected, same, arena))).as(tensor.name()).isEqualTo(-1);
        }
    }

    private static void assertSame(String key, Metadata actual, Metadata expected) {
        switch (actual.get(key).orElseThrow()) {
            case Metadata.TextListValue(var list) -> {
                var same = expected.texts(key).orElseThrow();
                assertThat(list.size()).as(key).isEqualTo(same.size());
                for (int i = 0; i < list.size(); i++) {
                    assertThat(list.bytes(i)).as(key).isEqualTo(same.bytes(i));
                }
            }
            case Metadata.Value value -> assertThat(expected.get(key)).as(key).contains(value);
        }
    }

    private static MemorySegment bytes(VerifiedCheckpoint checkpoint, TensorInfo tensor, Arena arena) {
        MemorySegment bytes = arena.allocate(tensor.byteSize());
        checkpoint.readTensor(tensor, 0, bytes);
        return bytes;
    }

    static Stream<DType> computableTypes() {
        return Arrays.stream(DType.values()).filter(DType::isComputable);
    }

    @ParameterizedTest
    @MethodSource("computableTypes")
    void everyTypeOfTheTableIsWritten(DType type) throws IOException {
        assertDone(quantize(checkpoint("arch/llama/model-f32.gguf"), "--type", type, "--pure"));
        try (var written = open(out)) {
            assertThat(written.tensors()).filteredOn(tensor -> tensor.shape().size() == 2).extracting(TensorInfo::type).containsOnly(type);
        }
    }

    /** The same weights in other formats give the same tensors. */
    @ParameterizedTest
    @ValueSource(strings = {"stories260K/hf", "stories260K/hdf5/model.h5"})
    void everyFormatThatLoadsIsQuantized(String other) throws IOException {
        assertDone(quantize(checkpoint("stories260K/stories260K-f32.gguf"), "--type", "Q8_0"));
        Path expectedFile = Files.move(out, folder.resolve("expected.gguf"));
        assertDone(quantize(checkpoint(other), "--type", "Q8_0"));
        try (var arena = Arena.ofShared(); var expected = open(expectedFile); var actual = open(out)) {
            assertSameTensors(actual, expected, arena);
        }
    }

    /** Experts are matrices in three dimensions; their router and the norms are not quantized; rows of 64 are no blocks of 256. */
    @Test
    void expertsAreQuantizedTheirRouterIsNotAndRowsThatDoNotFitFallBack() throws IOException {
        assertDone(quantize(checkpoint("arch/mixtral/model-f32.gguf"), "--type", "Q4_K"));
        try (var written = open(out)) {
            var types = written.tensors().stream().collect(Collectors.toMap(TensorInfo::name, TensorInfo::type));
            assertThat(types).containsEntry("blk.0.ffn_gate_exps.weight", DType.Q5_0).containsEntry("blk.0.ffn_gate_inp.weight", DType.F32)
                    .containsEntry("blk.0.attn_norm.weight", DType.F32).containsEntry("output.weight", DType.Q8_0);
        }
    }

    @Test
    void whereTheSourceLiesDoesNotChangeAByte() throws IOException {
        Path master = checkpoint("arch/llama/model-f32.gguf");
        assertDone(quantize(master, "--type", "Q8_0", "--residency", "mapped"));
        byte[] mapped = Files.readAllBytes(out);
        assertDone(quantize(master, "--type", "Q8_0", "--residency", "resident", "--force"));
        assertThat(Files.readAllBytes(out)).isEqualTo(mapped);
    }

    @Test
    void whatIsQuantizedAlreadyIsTakenOnlyIfAskedFor() throws IOException {
        Path quantized = checkpoint("arch/llama/model-q8_0.gguf");
        var refused = quantize(quantized, "--type", "Q4_0");
        assertThat(refused.exitCode()).isEqualTo(2);
        assertThat(refused.err()).contains("quantized already").contains("is Q8_0").contains("--allow-requantize");
        assertNothingWritten();
        var warned = quantize(quantized, "--type", "Q4_0", "--allow-requantize");
        assertDone(warned);
        assertThat(warned.err()).contains("WARNING");
        // nothing is quantized twice then
        assertDone(quantize(quantized, "--type", "F16", "--force"));
    }

    private void assertNothingWritten() throws IOException {
        try (var files = Files.list(folder)) {
            assertThat(files.toList()).isEmpty();
        }
    }

    @Test
    void thatAnEncryptedModelIsNotSoAnyMoreIsSaid() throws IOException {
        Path identity = folder.resolve("me.txt");
        Path model = Models.encryptedDemo(Files.createDirectory(folder.resolve("model")), identity);
        var result = InProcess.run("quantize", model, out, "--type", "F16", "--allow-unsigned", "--age-identity", identity);
        assertDone(result);
        assertThat(result.err()).contains("WARNING").contains("is encrypted").contains("lockstep encrypt");
        assertThat(Files.size(out)).isGreaterThan(10_000_000);
    }

    @Test
    void filesAreNotOverwrittenLeastOfAllTheInput() throws IOException {
        Files.writeString(out, "mine");
        var refused = quantize(checkpoint("arch/llama/model-f32.gguf"), "--type", "Q8_0");
        assertThat(refused.exitCode()).isEqualTo(1);
        assertThat(refused.err()).contains("not overwritten");
        assertThat(out).hasContent("mine");
        Files.copy(checkpoint("arch/llama/model-f32.gguf"), out, StandardCopyOption.REPLACE_EXISTING);
        var same = quantize(folder.resolve("../" + folder.getFileName() + "/out.gguf"), "--type", "Q8_0", "--force");
        assertThat(same.exitCode()).isEqualTo(2);
        assertThat(same.err()).contains("OUT is IN");
        assertThat(Files.mismatch(out, checkpoint("arch/llama/model-f32.gguf"))).isEqualTo(-1);
    }

    @Test
    void whatNobodyHasSignedIsRefused() throws IOException {
        var refused = InProcess.run("quantize", checkpoint("arch/llama/model-f32.gguf"), out, "--type", "Q8_0", "--key",
                Models.demoFolder().resolve("demo-key.pub.pem"));
        assertThat(refused.exitCode()).isEqualTo(3);
        assertNothingWritten();
    }

    @Test
    void aTypeThatCannotBeMadeIsAUsageErrorThatNamesThoseThatCan() {
        var refused = quantize(checkpoint("arch/llama/model-f32.gguf"), "--type", "IQ2_XS");
        assertThat(refused.exitCode()).isEqualTo(2);
        assertThat(refused.err()).contains("IQ2_XS").contains("q4_k");
    }

    @Test
    void aBarShowsOnATerminalOnly() {
        Path master = checkpoint("arch/llama/model-f32.gguf");
        assertThat(InProcess.runOnTerminal("quantize", master, out, "--type", "F16", "--allow-unsigned").err()).contains("quantizing", "100 %");
        assertThat(quantize(master, "--type", "F16", "--force").err()).doesNotContain("quantizing", "\u001b");
    }

    @Test
    void toldToEndItLeavesNoHalfFile() throws Exception {
        Path model = folder.resolve("model.gguf");
        assertThat(InProcess.run("synth", "--shape", "smollm2-135m", "--type", "F16", model).exitCode()).isZero();
        var process = new ProcessBuilder(Jvm.command(List.of("-Xmx256m"), "dev.lockstep.app.Main", List.of("quantize", model.toString(),
                out.toString(), "--type", "Q3_K", "--allow-unsigned"))).redirectErrorStream(true).start();
        while (filesBeside(model).isEmpty()) {
            assertThat(process.isAlive()).isTrue();
            Thread.sleep(20);
        }
        // not INT, which a shell makes its background jobs ignore
        Dumps.signal(process, "TERM");
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(filesBeside(model)).isEmpty();
    }

    private List<Path> filesBeside(Path model) throws IOException {
        try (var files = Files.list(folder)) {
            return files.filter(file -> !file.equals(model)).toList();
        }
    }
}
