package dev.lockstep.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.kernel.KvType;
import dev.lockstep.loader.ModelFormatException;
import dev.lockstep.models.SessionOptions;
import dev.lockstep.testkit.Hdf5Writer;
import dev.lockstep.testkit.SharedData;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same weights as Keras saves them say the same. */
class KerasConformanceTest {
    private static final SessionOptions EXACT = SessionOptions.defaults().withKvCache(KvType.F32);
    private static final int[] TOKENS = {1, 403, 407, 261, 378, 432, 383, 286, 261, 376, 298, 315};

    @TempDir
    Path folder;

    /** Files that Keras wrote, with the logits that it computed: see make.py beside them. */
    @ParameterizedTest
    @ValueSource(strings = {"gpt2", "llama3"})
    void logitsAreThoseOfKeras(String name) throws IOException {
        Path archive = Files.write(folder.resolve(name + ".keras"), resource(name + ".keras"));
        float[] expected = floats(resource(name + ".logits.f32"));
        float[] logits = logits(archive, IntStream.range(0, 16).toArray());
        assertThat(logits).hasSameSizeAs(expected);
        assertThat(LogitsConformanceTest.largestDifference(logits, expected)).isLessThanOrEqualTo(1e-4);
    }

    private static byte[] resource(String name) throws IOException {
        try (var stream = KerasConformanceTest.class.getResourceAsStream("keras/" + name)) {
            return stream.readAllBytes();
        }
    }

    private static float[] floats(byte[] bytes) {
        float[] floats = new float[bytes.length / Float.BYTES];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(floats);
        return floats;
    }

    @Test
    void archiveFolderAndFileAreTheSameAsGguf() throws IOException {
        Path gguf = SharedData.path("checkpoints/stories260K/stories260K-f32.gguf");
        Path archive = folder.resolve("model.keras");
        Path preset = Files.createDirectory(folder.resolve("preset"));
        try (var keras = new KerasFiles(gguf)) {
            byte[] weights = keras.weights();
            Files.write(archive, KerasFiles.archive(keras.config(), weights));
            Files.write(preset.resolve("model.weights.h5"), weights);
            Files.writeString(preset.resolve("config.json"), keras.config());
            Files.writeString(preset.resolve("tokenizer.json"), """
                    {
                        "module": "keras_hub.src.models.llama.llama_tokenizer", "class_name": "LlamaTokenizer", "config": {}
                    }""");
        }
        float[] expected = logits(gguf, TOKENS);
        for (Path file : List.of(archive, preset, preset.resolve("model.weights.h5"))) {
            assertThat(LogitsConformanceTest.largestDifference(logits(file, TOKENS), expected)).as(file.toString()).isZero();
        }
    }

    private static float[] logits(Path file, int[] tokens) {
        try (var model = Models.unsigned(file, 2); var session = model.newSession(EXACT)) {
            return Models.logits(session, tokens);
        }
    }

    @Test
    void whatIsNotBuiltIsRefusedByName() throws IOException {
        byte[] weights = new Hdf5Writer().bytes();
        assertRefused(KerasFiles.archive("{\"class_name\": \"BertBackbone\", \"config\": {}}", weights), "\"BertBackbone\" is not supported");
        assertRefused(KerasFiles.archive("{\"class_name\": \"Functional\", \"config\": {}}", weights), "GPT2Backbone, LlamaBackbone");
        assertRefused(KerasFiles.archive("{\"class_name\": \"LlamaBackbone\", \"config\": {\"rope_position_scaling_factor\": 4}}", weights),
                "rope_position_scaling_factor");
        var writer = new Hdf5Writer();
        writer.root().floats("layers/llama_transformer_decoder/lora/vars/0", new float[1], 1);
        assertRefused(KerasFiles.archive("{\"class_name\": \"LlamaBackbone\", \"config\": {}}", writer.bytes()), "is not part of the model");
    }

    @Test
    void archivesThatHideSomethingAreRefused() throws IOException {
        byte[] config = "{\"class_name\": \"LlamaBackbone\", \"config\": {}}".getBytes(StandardCharsets.UTF_8);
        assertRefused(KerasFiles.archive(Map.of("config.json", config), ZipEntry.DEFLATED), "is compressed");
        assertRefused(KerasFiles.archive(Map.of("config.json", config), ZipEntry.STORED), "is not in the archive");
        assertRefused(new byte[100], "not a .keras archive");
    }

    private void assertRefused(byte[] archive, String reason) throws IOException {
        Path file = folder.resolve("bad.keras");
        Files.write(file, archive);
        assertThatThrownBy(() -> Models.unsigned(file, 1)).isInstanceOf(ModelFormatException.class).hasMessageContaining(reason);
    }
}
