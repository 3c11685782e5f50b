package dev.lockstep.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.kernel.KvType;
import dev.lockstep.loader.CheckpointLoader;
import dev.lockstep.loader.ModelFormatException;
import dev.lockstep.loader.Provenance;
import dev.lockstep.loader.TrustPolicy;
import dev.lockstep.loader.signing.ModelSignatureException;
import dev.lockstep.loader.signing.ModelSigner;
import dev.lockstep.loader.signing.SigningAlgorithm;
import dev.lockstep.loader.signing.SigningKeys;
import dev.lockstep.models.Sampling;
import dev.lockstep.models.SessionOptions;
import dev.lockstep.testkit.SharedData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** The same weights as HDF5 files say the same. */
class Hdf5ConformanceTest {
    private static final Path STORIES = SharedData.path("checkpoints/stories260K");
    private static final JsonNode GOLDEN = SharedData.json(STORIES.resolve("golden.json"));
    private static final SessionOptions EXACT = SessionOptions.defaults().withKvCache(KvType.F32);

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({"model.h5, logits", "model-latest.h5, logits", "model-packed.h5, logits", "model-packed.h5#f32, logits", "model-packed.h5#int8, int8"})
    void logitsAreThoseOfTheReference(String file, String reference) {
        JsonNode expected = GOLDEN.get(reference);
        try (var model = Models.unsigned(STORIES.resolve("hdf5").resolve(file), 2); var session = model.newSession(EXACT)) {
            float[] logits = Models.logits(session, SharedData.ints(expected.get("input_ids")));
            float[] recorded = SharedData.floats(STORIES.resolve(expected.get("file").asString()));
            assertThat(LogitsConformanceTest.largestDifference(logits, recorded)).isLessThanOrEqualTo(1e-3);
        }
    }

    @Test
    void logitsAreThoseOfTheGgufFileToTheLastBit() {
        int[] ids = SharedData.ints(GOLDEN.get("logits").get("input_ids"));
        float[] expected = logits(STORIES.resolve("stories260K-f32.gguf"), ids);
        assertThat(LogitsConformanceTest.largestDifference(logits(STORIES.resolve("hdf5/model-packed.h5"), ids), expected)).isZero();
    }

    private static float[] logits(Path file, int[] ids) {
        try (var model = Models.unsigned(file, 2); var session = model.newSession(EXACT)) {
            return Models.logits(session, ids);
        }
    }

    @ParameterizedTest
    @CsvSource({"model-latest.h5, ''", "model-packed.h5, #int8"})
    void textIsTheRecordedOne(String file, String group) throws IOException {
        for (String name : new String[] {"hdf5/" + file, "hf/tokenizer.json", "hf/tokenizer_config.json"}) {
            Files.copy(STORIES.resolve(name), folder.resolve(Path.of(name).getFileName()));
        }
        int[] expected = SharedData.ints(group.isEmpty() ? GOLDEN.get("greedy_ids") : GOLDEN.get("int8").get("greedy_ids_64"));
        try (var model = Models.unsigned(folder.resolve(file + group), 2); var session = model.newSession()) {
            assertThat(Models.greedyStory(session, expected.length)).isEqualTo(expected);
        }
    }

    @Test
    void theSignatureIsThatOfTheFile() throws IOException {
        Path file = folder.resolve("model.h5");
        Files.copy(STORIES.resolve("hdf5/model-packed.h5"), file);
        var keys = SigningKeys.generate(SigningAlgorithm.P256);
        ModelSigner.sign(file, keys, folder.resolve("model.h5.sig"), List.of());
        TrustPolicy trust = TrustPolicy.of(keys.getPublic());
        Path group = folder.resolve("model.h5#int8");
        try (var checkpoint = CheckpointLoader.open(group, trust)) {
            assertThat(checkpoint.provenance()).isInstanceOf(Provenance.Signed.class);
            assertThat(checkpoint.format()).isEqualTo("HDF5, group int8");
        }
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 1] ^= 1;
        Files.write(file, bytes);
        assertThatThrownBy(() -> CheckpointLoader.open(group, trust)).isInstanceOf(ModelSignatureException.class);
    }

    /** A saved session of one must not go on with the other. */
    @Test
    void modelsOfOneFileAreNotTheSame() throws IOException {
        Path file = STORIES.resolve("hdf5/model-packed.h5");
        try (var one = CheckpointLoader.open(file, TrustPolicy.allowUnsigned());
                var other = CheckpointLoader.open(Path.of(file + "#int8"), TrustPolicy.allowUnsigned())) {
            assertThat(one.provenance().sha256()).isEqualTo(other.provenance().sha256());
            assertThat(one.weightsIdentity()).isNotEqualTo(other.weightsIdentity()).isNotEqualTo(one.provenance().sha256());
        }
    }

    @Test
    void withoutATokenizerTextIsRefusedAndIdsAreNot() {
        try (var model = Models.unsigned(STORIES.resolve("hdf5/model.h5"), 1); var session = model.newSession()) {
            assertThat(model.tokenizer().vocabularySize()).isEqualTo(512);
            assertThatThrownBy(() -> Models.generate(session, "Once", Sampling.greedy().maxTokens(1)))
                    .isInstanceOf(ModelFormatException.class).hasMessageContaining("beside the model");
        }
    }

    @Test
    void aGroupThatIsNotThereIsRefusedWithThoseThatAre() {
        assertThatThrownBy(() -> Models.unsigned(STORIES.resolve("hdf5/model-packed.h5#f16"), 1))
                .isInstanceOf(ModelFormatException.class).hasMessageContaining("\"f32\", \"int8\"");
    }
}
