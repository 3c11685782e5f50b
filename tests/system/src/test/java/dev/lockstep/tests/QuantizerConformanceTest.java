package dev.lockstep.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.loader.CheckpointLoader;
import dev.lockstep.loader.TensorInfo;
import dev.lockstep.loader.TrustPolicy;
import dev.lockstep.quant.DType;
import dev.lockstep.testkit.SharedData;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Our encoders against files that the reference quantizer made from the same weights: equal, byte for byte. */
class QuantizerConformanceTest {
    @ParameterizedTest
    @CsvSource({
        "arch/llama/model-f32.gguf, arch/llama/model-f16.gguf, F16",
        "arch/llama/model-f32.gguf, arch/llama/model-bf16.gguf, BF16",
        "arch/llama/model-f32.gguf, arch/llama/model-q8_0.gguf, Q8_0",
        "arch/llama/model-f32.gguf, arch/llama/model-q4_0.gguf, Q4_0",
        "andersen/andersen-5m-f32.gguf, andersen/andersen-5m-q8_0.gguf, Q8_0",
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

    private static MemorySegment map(Path file, Arena arena) throws IOException {
        try (var channel = FileChannel.open(file)) {
            return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
        }
    }
}
