package dev.lockstep.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.kernel.KvType;
import dev.lockstep.loader.Metadata;
import dev.lockstep.loader.TrustPolicy;
import dev.lockstep.models.Embedder;
import dev.lockstep.models.EmbeddingOptions;
import dev.lockstep.models.Lockstep;
import dev.lockstep.models.Model;
import dev.lockstep.models.Pooling;
import dev.lockstep.models.Session;
import dev.lockstep.models.SessionOptions;
import dev.lockstep.testkit.SharedData;
import dev.lockstep.tests.GgufWeights.Values;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Every family, saved as transformers would have saved it, is the GGUF file again: all tensors to the bit, all settings, and the logits. */
class FamilyTranslationTest {
    /** Norms lost a bit or two when one was subtracted from them. */
    private static final float ROUNDED = 1e-6f;

    /** They embed texts. */
    private static final Set<String> ENCODERS = Set.of("bert", "nomic-bert");

    /** The reference of BERT uses another form of GELU than its config.json states, which it says to make a difference of 0.0009. */
    private static final float OTHER_FUNCTION = 2e-3f;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"llama", "llama-headdim", "llama3-tied", "mixtral", "qwen2", "qwen2moe", "qwen3", "qwen3moe", "granite", "granitemoe", "smollm3",
        "olmo2", "olmoe", "gemma", "gemma2", "gemma3", "phi2", "phi3", "gpt2", "gptneox", "cohere2", "starcoder2", "bert", "nomic-bert"})
    void isTheGgufFileAgain(String family) throws IOException {
        Path original = SharedData.path("checkpoints/arch/" + family);
        GgufWeights gguf = GgufWeights.read(original.resolve("model-f32.gguf"));
        HuggingFaceTwin.of(gguf, family).write(folder);
        GgufWeights translated = GgufWeights.read(folder);
        assertSameSettings(translated.metadata(), gguf.metadata());
        assertSameTensors(translated.tensors(), gguf.tensors());
        if (ENCODERS.contains(family)) {
            assertEmbedding(SharedData.json(original.resolve("reference.json")), original);
        } else {
            assertLogits(SharedData.json(original.resolve("reference.json")), original);
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

    private static void assertSameTensors(Map<String, Values> actual, Map<String, Values> expected) {
        assertThat(actual.keySet()).isEqualTo(expected.keySet());
        expected.forEach((name, values) -> {
            assertThat(actual.get(name).shape()).as(name).isEqualTo(values.shape());
            assertSameValues(name, actual.get(name).values(), values.values());
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

    private void assertEmbedding(JsonNode reference, Path original) throws IOException {
        float[] expected = SharedData.floats(original.resolve(reference.get("pooled").asString()));
        var options = EmbeddingOptions.defaults().withoutNormalization()
                .withPooling(Pooling.valueOf(reference.at("/hyperparameters/pooling").asString().toUpperCase(Locale.ROOT)));
        try (Embedder embedder = Lockstep.loadEmbedder(folder, TrustPolicy.allowUnsigned())) {
            float[] actual = Models.embedding(embedder, SharedData.ints(reference.get("tokens")), options);
            assertThat(actual).hasSameSizeAs(expected);
            for (int i = 0; i < expected.length; i++) {
                assertThat(actual[i]).as("number %d", i).isCloseTo(expected[i], within(OTHER_FUNCTION));
            }
        }
    }

    private void assertLogits(JsonNode reference, Path original) {
        float[] expected = SharedData.floats(original.resolve(reference.get("logits").asString()));
        float tolerance = reference.get("tolerance").get("fp32_max_abs_diff").floatValue();
        try (Model model = Models.unsigned(folder, 2); Session session = model.newSession(SessionOptions.defaults().withKvCache(KvType.F32))) {
            float[] actual = Models.logits(session, SharedData.ints(reference.get("tokens")));
            assertThat(actual).hasSameSizeAs(expected);
            for (int i = 0; i < expected.length; i++) {
                assertThat(actual[i]).as("logit %d", i).isCloseTo(expected[i], within(tolerance));
            }
        }
    }
}
