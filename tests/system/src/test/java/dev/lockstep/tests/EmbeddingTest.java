package dev.lockstep.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.loader.ModelFormatException;
import dev.lockstep.loader.Residency;
import dev.lockstep.loader.TrustPolicy;
import dev.lockstep.models.ContextLengthException;
import dev.lockstep.models.Embedder;
import dev.lockstep.models.EmbeddingOptions;
import dev.lockstep.models.LoadOptions;
import dev.lockstep.models.Lockstep;
import dev.lockstep.models.Pooling;
import dev.lockstep.testkit.SharedData;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Embeddings of encoders against independent reference implementations, and what is promised of {@link Embedder}. */
class EmbeddingTest {
    private static final EmbeddingOptions RAW = EmbeddingOptions.defaults().withoutNormalization();

    private static Path folder(String checkpoint) {
        return SharedData.path("checkpoints/arch/" + checkpoint);
    }

    private static Embedder load(Path file, int threads, Residency residency) throws IOException {
        return Lockstep.loadEmbedder(file, TrustPolicy.allowUnsigned(), LoadOptions.defaults().withThreads(threads).withResidency(residency),
                List.of());
    }

    private static Embedder load(String checkpoint) throws IOException {
        return load(folder(checkpoint).resolve("model-f32.gguf"), 2, Residency.RESIDENT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"bert", "nomic-bert"})
    void embeddingsAreThoseOfTheReference(String checkpoint) throws IOException {
        JsonNode reference = SharedData.json(folder(checkpoint).resolve("reference.json"));
        int[] ids = SharedData.ints(reference.get("tokens"));
        check(folder(checkpoint), reference.get("file").asString(), ids, reference.get("pooled").asString(),
                reference.get("tolerance").get("fp32_max_abs_diff").asDouble());
        for (JsonNode variant : reference.get("variants")) {
            check(folder(checkpoint), variant.get("file").asString(), ids, variant.get("pooled").asString(),
                    variant.get("tolerance").get("fp32_activations_max_abs_diff").asDouble());
        }
    }

    private static void check(Path folder, String file, int[] ids, String expectedFile, double tolerance) throws IOException {
        float[] expected = SharedData.floats(folder.resolve(expectedFile));
        float[] one;
        try (Embedder embedder = load(folder.resolve(file), 1, Residency.RESIDENT)) {
            one = Models.embedding(embedder, ids, RAW);
            assertThat(one).as(file).hasSameSizeAs(expected);
            for (int i = 0; i < one.length; i++) {
                assertThat((double) one[i]).as("%s, number %d", file, i).isCloseTo(expected[i], within(tolerance));
            }
        }
        try (Embedder embedder = load(folder.resolve(file), 3, Residency.MAPPED)) {
            assertThat(Models.embedding(embedder, ids, RAW)).as("%s in its file, 3 threads", file).isEqualTo(one);
        }
    }

    @Test
    void bothPoolingsAreMadeOfTheHiddenStates() throws IOException {
        for (String checkpoint : List.of("bert", "nomic-bert")) {
            JsonNode reference = SharedData.json(folder(checkpoint).resolve("reference.json"));
            int[] ids = SharedData.ints(reference.get("tokens"));
            float[] states = SharedData.floats(folder(checkpoint).resolve(reference.get("token_embeddings").asString()));
            try (Embedder embedder = load(checkpoint)) {
                float[] first = Models.embedding(embedder, ids, RAW.withPooling(Pooling.CLS));
                float[] mean = Models.embedding(embedder, ids, RAW.withPooling(Pooling.MEAN));
                for (int i = 0; i < embedder.dimension(); i++) {
                    int column = i;
                    double sum = IntStream.range(0, ids.length).mapToDouble(token -> states[token * embedder.dimension() + column]).sum();
                    assertThat((double) first[i]).isCloseTo(states[i], within(1e-4));
                    assertThat((double) mean[i]).isCloseTo(sum / ids.length, within(1e-4));
                }
            }
        }
    }

    @Test
    void aTextIsItsTokens() throws IOException {
        JsonNode cases = SharedData.json(folder("bert").resolve("reference.json")).get("tokenization");
        try (Embedder embedder = load("bert")) {
            for (JsonNode each : cases) {
                float[] vector = embedder.embed(each.get("text").asString());
                assertThat(vector).isEqualTo(Models.embedding(embedder, SharedData.ints(each.get("ids")), EmbeddingOptions.defaults()));
                double squares = 0;
                for (float number : vector) {
                    squares += number * number;
                }
                assertThat(squares).isCloseTo(1, within(1e-5));
            }
        }
    }

    /** 256 tokens go through the layers in two batches, and every one sees both. */
    @Test
    void everyTokenSeesTheWholeText() throws IOException {
        int[] ids = IntStream.range(0, 256).map(i -> 5 + i % 500).toArray();
        try (Embedder embedder = load("nomic-bert")) {
            EmbeddingOptions firstToken = RAW.withPooling(Pooling.CLS);
            float[] before = Models.embedding(embedder, ids, firstToken);
            assertThat(Models.embedding(embedder, ids, firstToken)).as("again").isEqualTo(before);
            ids[255]++;
            assertThat(Models.embedding(embedder, ids, firstToken)).as("with another last token").isNotEqualTo(before);
            assertThat(Models.embedding(embedder, Arrays.copyOf(ids, 128), firstToken)).as("of half of it").isNotEqualTo(before);
        }
    }

    @Test
    void manyThreadsMayAskAtOnce() throws Exception {
        try (Embedder embedder = load("bert"); var callers = Executors.newFixedThreadPool(4)) {
            float[] expected = embedder.embed("a fox");
            List<Future<float[]>> answers = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                answers.add(callers.submit(() -> embedder.embed("a fox")));
            }
            for (Future<float[]> answer : answers) {
                assertThat(answer.get()).isEqualTo(expected);
            }
        }
    }

    @Test
    void whatCannotBeIsSaid() throws IOException {
        Embedder embedder = load("bert");
        try (embedder) {
            assertThat(embedder.maxTokens()).isEqualTo(128);
            assertThatThrownBy(() -> embedder.embed("fox ".repeat(200))).isInstanceOf(ContextLengthException.class).hasMessageContaining("128");
            assertThatThrownBy(() -> Models.embedding(embedder, new int[0], RAW)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> Models.embedding(embedder, new int[] {512}, RAW)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> embedder.embed("a fox")).isInstanceOf(IllegalStateException.class);
        assertThat(embedder.zeroing().bytes()).isPositive();
        assertThatThrownBy(() -> load("llama")).isInstanceOf(ModelFormatException.class).hasMessageContaining("is a decoder")
                .hasMessageContaining("bert, nomic-bert");
        assertThatThrownBy(() -> Models.unsigned(folder("bert").resolve("model-f32.gguf"), 1)).isInstanceOf(ModelFormatException.class)
                .hasMessageContaining("is an encoder");
    }
}
