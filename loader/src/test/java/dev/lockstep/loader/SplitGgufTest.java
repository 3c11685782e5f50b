package dev.lockstep.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.lockstep.loader.GgufMetadata.IntegerType;
import dev.lockstep.loader.signing.ModelSignatureException;
import dev.lockstep.loader.signing.ModelSigner;
import dev.lockstep.loader.signing.SigningAlgorithm;
import dev.lockstep.loader.signing.SigningKeys;
import dev.lockstep.quant.DType;
import dev.lockstep.quant.LittleEndian;
import dev.lockstep.securemem.SecureArena;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that one GGUF file was split into are one checkpoint, whichever is named, if each is in its place. */
class SplitGgufTest {
    private static final KeyPair KEYS = SigningKeys.generate(SigningAlgorithm.P256);
    private static final long COLUMNS = 64;
    private static final int PANEL_ROWS = 16;

    @TempDir
    private Path folder;

    private Path part(int number) {
        return folder.resolve("model-0000" + number + "-of-00003.gguf");
    }

    private static GgufMetadata place(int number) {
        return new GgufMetadata().integer("split.no", IntegerType.UINT16, number - 1).integer("split.count", IntegerType.UINT16, 3);
    }

    private void write(int number, GgufMetadata metadata, String... tensors) throws IOException {
        List<GgufTensor> all = List.of(tensors).stream().map(name -> GgufTensor.matrix(name, DType.F32, 20, COLUMNS)).toList();
        try (var writer = GgufWriter.create(part(number), GgufWriter.Existing.REPLACE, metadata, all); var arena = SecureArena.open("values")) {
            for (GgufTensor tensor : all) {
                MemorySegment values = arena.allocate(tensor.byteSize());
                for (long i = 0; i < tensor.elements(); i++) {
                    values.set(LittleEndian.FLOAT, i * Float.BYTES, tensor.name().hashCode() + i);
                }
                writer.write(tensor.name(), values);
            }
            writer.finish();
        }
    }

    private void writeFirst(int tensors) throws IOException {
        write(1, place(1).integer("split.tensors.count", IntegerType.INT32, tensors).text("general.architecture", "llama"), "a");
    }

    @BeforeEach
    void writeAll() throws IOException {
        writeFirst(4);
        write(2, place(2), "b", "c");
        write(3, place(3), "d");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void anyPartIsTheWholeModel(int named) throws IOException {
        ModelSigner.sign(folder, KEYS, folder.resolve("model.sig"), List.of());
        try (var checkpoint = CheckpointLoader.open(part(named), TrustPolicy.of(KEYS.getPublic()))) {
            assertThat(checkpoint.format()).isEqualTo("GGUF v3, 3 files");
            assertThat(checkpoint.metadata().text("general.architecture")).contains("llama");
            assertThat(checkpoint.tensors()).extracting(TensorInfo::name).containsExactly("a", "b", "c", "d");
            assertThat(checkpoint.byteSize()).isEqualTo(Files.size(part(1)) + Files.size(part(2)) + Files.size(part(3)));
        }
    }

    @ParameterizedTest
    @EnumSource(Residency.class)
    void weightsAreThoseOfTheParts(Residency residency) throws IOException {
        try (var checkpoint = CheckpointLoader.open(part(1), TrustPolicy.allowUnsigned(), residency); var arena = SecureArena.open("weights");
                var weights = checkpoint.loadWeights(checkpoint.tensors(), arena, PANEL_ROWS, 2)) {
            for (String name : List.of("a", "b", "c", "d")) {
                var matrix = weights.matrix(name).orElseThrow();
                MemorySegment row = arena.allocate(COLUMNS * Float.BYTES);
                matrix.decodeRow(19, row, 0, arena.allocate(matrix.layout().rowBytes()), arena.allocate(matrix.decodeScratchBytes()));
                assertThat(row.get(LittleEndian.FLOAT, 0)).as(name).isEqualTo(name.hashCode() + 19 * COLUMNS);
            }
        }
    }

    @Test
    void aPartThatIsMissingOrChangedIsRefused() throws IOException {
        ModelSigner.sign(folder, KEYS, folder.resolve("model.sig"), List.of());
        write(3, place(3), "e");
        assertThatExceptionOfType(ModelSignatureException.class).isThrownBy(() -> CheckpointLoader.open(part(1), TrustPolicy.of(KEYS.getPublic())));
        Files.delete(part(3));
        assertThatExceptionOfType(ModelSignatureException.class).isThrownBy(() -> CheckpointLoader.open(part(1), TrustPolicy.of(KEYS.getPublic())));
        assertThatExceptionOfType(NoSuchFileException.class).isThrownBy(() -> CheckpointLoader.open(part(1), TrustPolicy.allowUnsigned()));
    }

    private void assertMalformed(String message) {
        assertThatExceptionOfType(ModelFormatException.class).isThrownBy(() -> CheckpointLoader.open(part(1), TrustPolicy.allowUnsigned()).close())
                .withMessageContaining(message);
    }

    @Test
    void partsSayWhereTheyBelong() throws IOException {
        write(2, place(3), "b", "c");
        assertMalformed("split.no: must be 1 of 3");
        write(2, place(2), "b");
        assertMalformed("split.tensors.count: 4 are stated, but there are 3");
        write(2, place(2), "b", "a");
        assertMalformed("is in another part, too");
        write(2, place(2).text("general.name", "other"), "b", "c");
        assertMalformed("general.name: is a setting of the model");
    }

    @Test
    void aPartUnderAnotherNameIsRefused() throws IOException {
        Path renamed = Files.move(part(1), folder.resolve("model.gguf"));
        assertThatExceptionOfType(ModelFormatException.class).isThrownBy(() -> CheckpointLoader.open(renamed, TrustPolicy.allowUnsigned()).close())
                .withMessageContaining("must end like -00001-of-00003.gguf");
    }
}
