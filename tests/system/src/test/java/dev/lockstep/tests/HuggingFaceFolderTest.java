package dev.lockstep.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.lockstep.app.quantize.QuantizedCheckpoint;
import dev.lockstep.kernel.KvType;
import dev.lockstep.loader.CheckpointLoader;
import dev.lockstep.loader.GgufWriter.Existing;
import dev.lockstep.loader.ModelFormatException;
import dev.lockstep.loader.OpenOptions;
import dev.lockstep.loader.Residency;
import dev.lockstep.loader.TrustPolicy;
import dev.lockstep.models.LoadOptions;
import dev.lockstep.models.Model;
import dev.lockstep.models.Sampling;
import dev.lockstep.models.Session;
import dev.lockstep.models.SessionOptions;
import dev.lockstep.quant.DType;
import dev.lockstep.testkit.SharedData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/** Models as transformers saves them say what their GGUF files say. */
class HuggingFaceFolderTest {
    private static final SessionOptions EXACT = SessionOptions.defaults().withKvCache(KvType.F32);
    private static final Path STORIES = SharedData.path("checkpoints/stories260K");
    private static final Path ANDERSEN = SharedData.path("checkpoints/andersen");

    @TempDir
    private Path folder;

    private static float[] logits(Path model, int[] tokens, LoadOptions options) {
        try (Model loaded = Models.load(model, TrustPolicy.allowUnsigned(), options); Session session = loaded.newSession(EXACT)) {
            return Models.logits(session, tokens);
        }
    }

    @Test
    void logitsAreThoseOfTheGgufFileToTheBit() {
        int[] tokens = SharedData.ints(SharedData.json(STORIES.resolve("golden.json")).get("logits").get("input_ids"));
        float[] expected = logits(STORIES.resolve("stories260K-f32.gguf"), tokens, LoadOptions.defaults());
        assertThat(logits(STORIES.resolve("hf"), tokens, LoadOptions.defaults())).isEqualTo(expected);
        assertThat(logits(STORIES.resolve("hf/model.safetensors"), tokens, LoadOptions.defaults().withThreads(1))).isEqualTo(expected);
    }

    @Test
    void theTextIsTheGoldenOne() throws IOException {
        try (Model model = Models.unsigned(STORIES.resolve("hf"), 2); Session session = model.newSession(EXACT)) {
            assertThat(Models.generate(session, "", Sampling.greedy().maxTokens(200))).isEqualTo(Files.readString(STORIES.resolve("golden.txt")).stripTrailing());
        }
    }

    /** The folder holds F16, the reference comes from F32: what the rounding of the weights costs. */
    @Test
    void aFolderOfHalvesIsAsGoodAsItsWeights() {
        JsonNode reference = SharedData.json(ANDERSEN.resolve("reference.json"));
        float[] expected = SharedData.floats(ANDERSEN.resolve("logits.f32"));
        float[] actual = logits(ANDERSEN.resolve("hf"), SharedData.ints(reference.get("tokens")), LoadOptions.defaults());
        assertThat(actual).hasSameSizeAs(expected);
        double sum = 0;
        for (int i = 0; i < expected.length; i++) {
            sum += Math.pow((double) actual[i] - expected[i], 2);
        }
        assertThat(Math.sqrt(sum / expected.length)).isLessThan(0.01);
    }

    @ParameterizedTest
    @EnumSource(value = DType.class, names = {"Q8_0", "Q4_K", "F32"})
    void quantizedWhenItIsLoadedIsQuantizedBefore(DType type) throws IOException {
        int[] tokens = SharedData.ints(SharedData.json(ANDERSEN.resolve("reference.json")).get("tokens"));
        Path file = folder.resolve("quantized.gguf");
        try (var checkpoint = CheckpointLoader.open(ANDERSEN.resolve("hf"), TrustPolicy.allowUnsigned(), Residency.MAPPED)) {
            new QuantizedCheckpoint(checkpoint, type, false).write(file, Existing.REFUSE, _ -> { });
        }
        float[] expected = logits(file, tokens, LoadOptions.defaults());
        assertThat(logits(ANDERSEN.resolve("hf"), tokens, LoadOptions.defaults().withType(type))).isEqualTo(expected);
    }

    @Test
    void whatIsComputedCannotStayInItsFile() {
        assertThatExceptionOfType(ModelFormatException.class).isThrownBy(() -> Models.load(STORIES.resolve("hf"), TrustPolicy.allowUnsigned(),
                LoadOptions.defaults().withResidency(Residency.MAPPED)).close()).withMessageContaining("lockstep quantize");
        OpenOptions quantized = OpenOptions.of(Residency.MAPPED).withType(DType.Q8_0);
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> CheckpointLoader.open(STORIES.resolve("stories260K-f32.gguf"),
                TrustPolicy.allowUnsigned(), quantized, List.of())).withMessageContaining("lockstep quantize");
    }

    @Test
    void aGgufFileIsQuantizedWhenItIsLoadedToo() throws IOException {
        int[] tokens = SharedData.ints(SharedData.json(ANDERSEN.resolve("reference.json")).get("tokens"));
        Path gguf = ANDERSEN.resolve("andersen-5m-f32.gguf");
        Path file = folder.resolve("quantized.gguf");
        try (var checkpoint = CheckpointLoader.open(gguf, TrustPolicy.allowUnsigned())) {
            new QuantizedCheckpoint(checkpoint, DType.Q4_0, false).write(file, Existing.REFUSE, _ -> { });
        }
        assertThat(logits(gguf, tokens, LoadOptions.defaults().withType(DType.Q4_0))).isEqualTo(logits(file, tokens, LoadOptions.defaults()));
    }
}
