package dev.lockstep.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.loader.CheckpointLoader;
import dev.lockstep.loader.TensorInfo;
import dev.lockstep.loader.TrustPolicy;
import dev.lockstep.quant.DType;
import dev.lockstep.quant.LittleEndian;
import dev.lockstep.testkit.SharedData;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Our encoders against files that the reference quantizer made from the same weights: equal, byte for byte. And our decoders
 * against the master: whatever is read from the wrong place would be far from it.
 */
class QuantizerConformanceTest {
    @ParameterizedTest
    @CsvSource({
        "arch/llama/model-f32.gguf, arch/llama/model-f16.gguf, F16",
        "arch/llama/model-f32.gguf, arch/llama/model-bf16.gguf, BF16",
        "arch/llama/model-f32.gguf, arch/llama/model-q8_0.gguf, Q8_0",
        "arch/llama/model-f32.gguf, arch/llama/model-q4_0.gguf, Q4_0",
        "arch/llama/model-f32.gguf, arch/llama/model-q4_1.gguf, Q4_1",
        "arch/llama/model-f32.gguf, arch/llama/model-q5_0.gguf, Q5_0",
        "arch/llama/model-f32.gguf, arch/llama/model-q5_1.gguf, Q5_1",
        "arch/llama/model-f32.gguf, arch/llama/model-q2_k.gguf, Q2_K",
        "arch/llama/model-f32.gguf, arch/llama/model-q3_k.gguf, Q3_K",
        "arch/llama/model-f32.gguf, arch/llama/model-q4_k.gguf, Q4_K",
        "arch/llama/model-f32.gguf, arch/llama/model-q5_k.gguf, Q5_K",
        "arch/llama/model-f32.gguf, arch/llama/model-q6_k.gguf, Q6_K",
        "arch/llama/model-f32.gguf, arch/llama/model-iq4_nl.gguf, IQ4_NL",
        "andersen/andersen-5m-f32.gguf, andersen/andersen-5m-q8_0.gguf, Q8_0",
        "andersen/andersen-5m-f32.gguf, andersen/andersen-5m-q4_k.gguf, Q4_K",
    })
    void everyMatrixIsEncodedAsTheReferenceDoes(String master, String quantized, DType type) throws IOException {
        Path from = SharedData.path("checkpoints/" + master);
        Path to = SharedData.path("checkpoints/" + quantized);
        int compared = 0;
        try (var arena = Arena.ofConfined();
                var source = CheckpointLoader.open(from, TrustPolicy.allowUnsigned());
                var target = CheckpointLoader.open(to, TrustPolicy.allowUnsigned())) {
            MemorySegment floats = map(from, arena);
            MemorySegment expected = map(to, arena);
            for (TensorInfo tensor : target.tensors().stream().filter(t -> t.type() == type).toList()) {
                TensorInfo original = source.tensor(tensor.name()).orElseThrow();
                MemorySegment encoded = arena.allocate(tensor.byteSize());
                type.codec().orElseThrow().encode(floats, original.byteOffset(), encoded, 0, tensor.elements() / type.blockElements());
                assertThat(encoded.mismatch(expected.asSlice(tensor.byteOffset(), tensor.byteSize()))).as(tensor.name()).isEqualTo(-1);
                compared++;
            }
        }
        assertThat(compared).isGreaterThan(10);
    }

    /** The error that the README of the checkpoint states for each type: relative root mean square over all matrices. */
    @ParameterizedTest
    @CsvSource({
        "F16, 0.00021", "Q8_0, 0.00525", "Q6_K, 0.01747", "Q5_1, 0.03732", "Q5_K, 0.03559", "Q5_0, 0.04189", "Q4_1, 0.07713",
        "Q4_K, 0.07030", "IQ4_NL, 0.07531", "Q4_0, 0.08424", "Q3_K, 0.14848", "Q2_K, 0.29219",
    })
    void decodedMatricesAreAsCloseToTheMasterAsTheReferences(DType type, double expected) throws IOException {
        Path file = SharedData.path("checkpoints/andersen/andersen-5m-f32.gguf");
        double squaredErrors = 0;
        double squares = 0;
        try (var arena = Arena.ofConfined(); var master = CheckpointLoader.open(file, TrustPolicy.allowUnsigned())) {
            MemorySegment floats = map(file, arena);
            for (TensorInfo tensor : master.tensors().stream().filter(t -> t.shape().size() == 2).toList()) {
                MemorySegment original = floats.asSlice(tensor.byteOffset(), tensor.byteSize());
                MemorySegment decoded = throughType(type, original, arena);
                for (long at = 0; at < tensor.byteSize(); at += Float.BYTES) {
                    double weight = original.get(LittleEndian.FLOAT, at);
                    double error = decoded.get(LittleEndian.FLOAT, at) - weight;
                    squaredErrors += error * error;
                    squares += weight * weight;
                }
            }
        }
        // the table has five decimals
        assertThat(Math.sqrt(squaredErrors / squares)).isCloseTo(expected, within(0.000005));
    }

    private static MemorySegment throughType(DType type, MemorySegment floats, Arena arena) {
        long elements = floats.byteSize() / Float.BYTES;
        long blocks = elements / type.blockElements();
        MemorySegment encoded = arena.allocate(type.byteSize(elements));
        MemorySegment decoded = arena.allocate(floats.byteSize());
        type.codec().orElseThrow().encode(floats, 0, encoded, 0, blocks);
        type.codec().orElseThrow().decode(encoded, 0, decoded, 0, blocks);
        return decoded;
    }

    private static MemorySegment map(Path file, Arena arena) throws IOException {
        try (var channel = FileChannel.open(file)) {
            return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
        }
    }
}
