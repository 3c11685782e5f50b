package dev.lockstep.app.synth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.loader.CheckpointLoader;
import dev.lockstep.loader.GgufTensor;
import dev.lockstep.loader.GgufWriter.Existing;
import dev.lockstep.loader.TrustPolicy;
import dev.lockstep.models.LoadOptions;
import dev.lockstep.models.Model;
import dev.lockstep.models.SessionOptions;
import dev.lockstep.models.Tokenizer;
import dev.lockstep.quant.DType;
import dev.lockstep.securemem.SecureArena;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class SyntheticModelTest {
    @TempDir
    private Path folder;

    /** Parameters as the models' publishers count them: in billions, embeddings once where they are tied. */
    @ParameterizedTest
    @CsvSource({"LLAMA_3_2_1B, 1.236", "LLAMA_3_2_3B, 3.213", "LLAMA_3_1_8B, 8.030", "QWEN3_0_6B, 0.596", "QWEN3_4B, 4.022",
        "GEMMA_3_1B, 1.000", "SMOLLM2_135M, 0.1345", "SMOLLM2_360M, 0.3618", "TINYLLAMA_1_1B, 1.100", "MISTRAL_7B, 7.248"})
    void shapesHaveAsManyParametersAsTheirModels(ModelShape shape, double billions) {
        var model = new SyntheticModel(shape, DType.F16, 1, 64);
        assertThat(model.parameters() / 1e9).isCloseTo(billions, within(0.0006 * billions));
    }

    @ParameterizedTest
    @EnumSource
    void everyShapeHasANameAndConsistentHeads(ModelShape shape) {
        assertThat(ModelShape.of(shape.label())).contains(shape);
        assertThat(shape.heads().query() % shape.heads().keyValue()).isZero();
    }

    @Test
    void aRowThatIsNoWholeBlocksGetsTheNearestType() {
        var tensors = new SyntheticModel(ModelShape.SMOLLM2_135M, DType.Q4_K, 1, 64).tensors().stream()
                .collect(Collectors.toMap(GgufTensor::name, GgufTensor::type));
        assertThat(tensors).containsEntry("token_embd.weight", DType.Q5_0).containsEntry("blk.29.ffn_down.weight", DType.Q4_K)
                .containsEntry("blk.0.attn_norm.weight", DType.F32);
    }

    @Test
    void tinyHasWholeBlocksOfEveryType() {
        for (DType type : DType.values()) {
            if (SyntheticModel.supports(type)) {
                assertThat(new SyntheticModel(ModelShape.TINY, type, 1, 64).tensors()).filteredOn(t -> t.shape().size() > 1)
                        .extracting(GgufTensor::type).containsOnly(type);
            }
        }
        assertThatIllegalArgumentException().isThrownBy(() -> new SyntheticModel(ModelShape.TINY, DType.I8, 1, 64));
    }

    private Path write(String name, DType type, long seed) throws IOException {
        Path file = folder.resolve(name);
        new SyntheticModel(ModelShape.TINY, type, seed, 96).write(file, Existing.REFUSE, _ -> { });
        return file;
    }

    static Stream<DType> runnable() {
        return Arrays.stream(DType.values()).filter(SyntheticModel::supports).filter(DType::isComputable);
    }

    @ParameterizedTest
    @MethodSource("runnable")
    void itLoadsAsWhatItIs(DType type) throws IOException {
        try (var checkpoint = CheckpointLoader.open(write("m.gguf", type, 1), TrustPolicy.allowUnsigned())) {
            assertThat(checkpoint.metadata().integer("llama.attention.key_length")).contains(64L);
            assertThat(checkpoint.tensors()).hasSize(2 * 9 + 2);
            assertThat(Model.plan(checkpoint, LoadOptions.defaults(), SessionOptions.defaults()).context()).isEqualTo(96);
        }
    }

    @Test
    void equalSeedsGiveEqualFiles() throws IOException {
        Path first = write("a.gguf", DType.Q4_0, 7);
        assertThat(Files.mismatch(first, write("b.gguf", DType.Q4_0, 7))).isEqualTo(-1);
        assertThat(Files.mismatch(first, write("c.gguf", DType.Q4_0, 8))).isPositive();
    }

    @Test
    void theVocabularySpellsAnyText() throws IOException {
        try (var checkpoint = CheckpointLoader.open(write("m.gguf", DType.Q8_0, 1), TrustPolicy.allowUnsigned());
                var memory = SecureArena.open("text")) {
            Tokenizer tokenizer = Model.tokenizer(checkpoint);
            assertThat(tokenizer.vocabularySize()).isEqualTo(512);
            assertThat(tokenizer.piece(3)).isEqualTo("<0x00>");
            assertThat(tokenizer.piece(260)).isEqualTo("a");
            assertThat(tokenizer.piece(311)).isEqualTo("\u2581z");
            assertThat(tokenizer.piece(312)).isEqualTo("aa");
            byte[] utf8 = "the Schön\n\u65e5".getBytes(StandardCharsets.UTF_8);
            MemorySegment text = memory.allocate(utf8.length);
            MemorySegment.copy(utf8, 0, text, ValueLayout.JAVA_BYTE, 0, utf8.length);
            MemorySegment ids = tokenizer.encode(text, true, memory);
            assertThat(decode(tokenizer, ids, memory)).isEqualTo(" the Schön\n\u65e5");
        }
    }

    private static String decode(Tokenizer tokenizer, MemorySegment ids, SecureArena memory) {
        MemorySegment bytes = memory.allocate(ids.byteSize() * tokenizer.maxTokenBytes());
        long length = 0;
        for (long at = 0; at < ids.byteSize(); at += Integer.BYTES) {
            length += tokenizer.decode(ids.get(ValueLayout.JAVA_INT, at), bytes, length);
        }
        return new String(bytes.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
    }
}
