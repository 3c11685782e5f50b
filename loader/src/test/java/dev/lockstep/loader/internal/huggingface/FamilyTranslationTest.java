package dev.lockstep.loader.internal.huggingface;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.loader.Metadata;
import dev.lockstep.loader.TensorInfo;
import dev.lockstep.loader.internal.PrivateCopy;
import dev.lockstep.loader.internal.huggingface.GgufWeights.Values;
import dev.lockstep.loader.internal.safetensors.SafetensorsReader;
import dev.lockstep.loader.internal.translate.TensorImage;
import dev.lockstep.loader.signing.HashPlan;
import dev.lockstep.loader.signing.SharedFolder;
import dev.lockstep.quant.DType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every family, saved as transformers would have saved it, is the GGUF file again: all tensors to the bit, and all settings. */
class FamilyTranslationTest {
    /** Norms lost a bit or two when one was subtracted from them. */
    private static final float ROUNDED = 1e-6f;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"llama", "llama-headdim", "llama3-tied", "mixtral", "qwen2", "qwen2moe", "qwen3", "qwen3moe", "granite", "granitemoe", "smollm3",
        "olmo2", "olmoe", "gemma", "gemma2", "gemma3", "phi2", "phi3", "gpt2", "gptneox", "cohere2", "starcoder2", "bert", "nomic-bert"})
    void isTheGgufFileAgain(String family) throws IOException {
        GgufWeights gguf = GgufWeights.read(SharedFolder.resolve("checkpoints/arch/" + family + "/model-f32.gguf"));
        HuggingFaceTwin twin = HuggingFaceTwin.of(gguf, family);
        var file = new SafetensorsBuilder();
        twin.tensors().forEach((name, values) -> file.floats(name, values.shape(), values.values()));
        try (var copy = PrivateCopy.of(Files.write(folder.resolve("model.safetensors"), file.build()), HashPlan.SHA_256)) {
            var stored = SafetensorsReader.read(copy);
            var translated = ModelTranslation.of(twin.config().getBytes(StandardCharsets.UTF_8), "config.json").translate(family, Map.of(), stored);
            try (var image = new TensorImage(family, translated.tensors(), stored, () -> { })) {
                assertSameSettings(translated.metadata(), gguf.metadata());
                assertSameTensors(image, gguf.tensors());
            }
        }
    }

    private static void assertSameSettings(Metadata actual, Metadata expected) {
        assertThat(actual.requireText("general.architecture")).isEqualTo(expected.requireText("general.architecture"));
        String prefix = expected.requireText("general.architecture") + '.';
        for (String key : expected.keys().stream().filter(key -> key.startsWith(prefix) && !key.endsWith("pooling_type")).toList()) {
            assertThat(actual.get(key)).as(key).isPresent();
            switch (expected.get(key).orElseThrow()) {
                case Metadata.BooleanValue truth -> assertThat(actual.bool(key)).as(key).contains(truth.value());
                default -> assertThat(actual.requireNumber(key)).as(key).isEqualTo(expected.requireNumber(key));
            }
        }
    }

    private static void assertSameTensors(TensorImage image, Map<String, Values> expected) {
        Map<String, TensorInfo> actual = image.tensors().stream().collect(Collectors.toMap(TensorInfo::name, Function.identity()));
        assertThat(actual.keySet()).isEqualTo(expected.keySet());
        expected.forEach((name, values) -> {
            TensorInfo tensor = actual.get(name);
            assertThat(tensor.shape()).as(name).isEqualTo(values.shape());
            assertThat(tensor.type()).as(name).isEqualTo(DType.F32);
            assertSameValues(name, floats(image, tensor), values.values());
        });
    }

    private static void assertSameValues(String name, float[] actual, float[] expected) {
        if (name.contains("norm") || name.equals("rope_freqs.weight")) {
            for (int i = 0; i < expected.length; i++) {
                assertThat(actual[i]).as("%s[%d]", name, i).isCloseTo(expected[i], within(ROUNDED * Math.max(1, Math.abs(expected[i]))));
            }
        } else {
            assertThat(actual).as(name).isEqualTo(expected);
        }
    }

    private static float[] floats(TensorImage image, TensorInfo tensor) {
        byte[] bytes = new byte[(int) tensor.byteSize()];
        image.copy(tensor.byteOffset(), bytes, 0, bytes.length);
        float[] floats = new float[bytes.length / Float.BYTES];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(floats);
        return floats;
    }
}
