package dev.lockstep.loader.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.loader.GgufMetadata;
import dev.lockstep.loader.GgufTensor;
import dev.lockstep.loader.GgufWriter;
import dev.lockstep.loader.TensorInfo;
import dev.lockstep.loader.internal.gguf.GgufReader;
import dev.lockstep.loader.signing.HashPlan;
import dev.lockstep.quant.DType;
import dev.lockstep.quant.PanelRuns;
import dev.lockstep.quant.WeightMatrix;
import dev.lockstep.securemem.SecureArena;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Weights that are woven where the file was copied to: every row is the file's, wherever chunks end. */
class WeightLoaderTest {
    private static final long SEED = 0x5EED;
    private static final List<DType> TYPES = List.of(DType.Q8_0, DType.Q4_K, DType.F16, DType.Q4_0, DType.F32, DType.Q6_K);
    private static final int PANEL_ROWS = 16;
    private static final long COLUMNS = 512;
    /** One more, and one less, than whole panels, and whole ones. */
    private static final long[] ROWS = {49, 160, 15, 63, 32, 17};

    @TempDir
    private Path folder;

    private Path model() throws IOException {
        var tensors = new ArrayList<GgufTensor>();
        for (int i = 0; i < TYPES.size(); i++) {
            tensors.add(GgufTensor.matrix("matrix" + i, TYPES.get(i), ROWS[i], COLUMNS));
        }
        Path file = folder.resolve("model.gguf");
        var random = new SplittableRandom(SEED);
        try (var writer = GgufWriter.create(file, GgufWriter.Existing.REPLACE, new GgufMetadata(), tensors); var memory = SecureArena.open("tensor")) {
            for (GgufTensor tensor : tensors) {
                byte[] bytes = new byte[(int) tensor.byteSize()];
                random.nextBytes(bytes);
                MemorySegment data = memory.allocate(bytes.length);
                MemorySegment.copy(bytes, 0, data, ValueLayout.JAVA_BYTE, 0, bytes.length);
                writer.write(tensor.name(), data);
            }
            writer.finish();
        }
        return file;
    }

    @ParameterizedTest
    @ValueSource(longs = {64, 4096, 10_048, 65_536, PrivateCopy.CHUNK_BYTES})
    void everyRowIsThatOfTheFile(long chunkBytes) throws IOException {
        Path file = model();
        byte[] bytes = Files.readAllBytes(file);
        try (var copy = PrivateCopy.of(file, HashPlan.SHA_256, chunkBytes); var arena = SecureArena.open("weights")) {
            List<TensorInfo> tensors = GgufReader.read(copy).tensors();
            var loader = new WeightLoader(copy, copy, arena, PANEL_ROWS);
            loader.load(tensors, 3);
            for (TensorInfo tensor : tensors) {
                assertRows(tensor, loader.matrices().get(tensor.name()), bytes, arena);
            }
        }
    }

    private static void assertRows(TensorInfo tensor, WeightMatrix matrix, byte[] file, SecureArena arena) {
        long rowBytes = matrix.layout().rowBytes();
        MemorySegment encoded = arena.allocate(rowBytes);
        MemorySegment scratch = arena.allocate(matrix.decodeScratchBytes());
        MemorySegment actual = arena.allocate(COLUMNS * Float.BYTES);
        MemorySegment expected = arena.allocate(COLUMNS * Float.BYTES);
        MemorySegment ofFile = arena.allocate(rowBytes);
        for (long row = 0; row < tensor.rows(); row++) {
            MemorySegment.copy(file, (int) (tensor.byteOffset() + row * rowBytes), ofFile, ValueLayout.JAVA_BYTE, 0, (int) rowBytes);
            tensor.type().codec().orElseThrow().decode(ofFile, 0, expected, 0, matrix.layout().rowBlocks());
            matrix.decodeRow(row, actual, 0, encoded, scratch);
            assertThat(actual.mismatch(expected)).as("%s, row %d", tensor.name(), row).isEqualTo(-1);
        }
    }

    @Test
    void aSmallFileLiesTogetherButForItsLastRows() throws IOException {
        try (var copy = PrivateCopy.of(model(), HashPlan.SHA_256); var arena = SecureArena.open("weights")) {
            var loader = new WeightLoader(copy, copy, arena, PANEL_ROWS);
            loader.load(GgufReader.read(copy).tensors(), 1);
            assertThat(((PanelRuns) loader.matrices().get("matrix0")).count()).isEqualTo(2);
            assertThat(loader.matrices().get("matrix1")).isNotInstanceOf(PanelRuns.class);
        }
    }
}
