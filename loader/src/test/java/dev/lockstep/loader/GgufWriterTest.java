package dev.lockstep.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.loader.GgufMetadata.FloatType;
import dev.lockstep.loader.GgufMetadata.IntegerType;
import dev.lockstep.loader.GgufWriter.Existing;
import dev.lockstep.loader.Metadata.NumberList;
import dev.lockstep.loader.Metadata.NumberListValue;
import dev.lockstep.quant.DType;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is written is read back by the strict reader, exactly; what is not finished was never there. */
class GgufWriterTest {
    private static final long SEED = 0x6617_0001L;
    private static final GgufMetadata NOTHING = new GgufMetadata();

    @TempDir
    private Path folder;
    private Path file;

    @BeforeEach
    void nameTheFile() {
        file = folder.resolve("written.gguf");
    }

    private VerifiedCheckpoint writtenWith(GgufMetadata metadata) throws IOException {
        try (var writer = GgufWriter.create(file, Existing.REFUSE, metadata, List.of())) {
            writer.finish();
        }
        return CheckpointLoader.open(file, TrustPolicy.allowUnsigned());
    }

    @ParameterizedTest
    @EnumSource
    void integersOfEveryTypeAreReadBack(IntegerType type) throws IOException {
        boolean signed = type.name().startsWith("I");
        int bits = Integer.parseInt(type.name().substring(signed ? 3 : 4));
        long max = type == IntegerType.UINT64 ? Long.MAX_VALUE : (1L << bits - (signed ? 1 : 0)) - 1;
        long min = signed ? -max - 1 : 0;
        var metadata = new GgufMetadata().integer("min", type, min).integer("max", type, max)
                .integers("all", type, min, 1, max).integers("none", type);
        try (var read = writtenWith(metadata)) {
            assertThat(read.metadata().integer("min")).contains(min);
            assertThat(read.metadata().integer("max")).contains(max);
            NumberList all = numbers(read, "all");
            assertThat(all.isInteger()).isTrue();
            assertThat(LongStream.range(0, all.size()).map(i -> all.integerAt((int) i))).containsExactly(min, 1L, max);
            assertThat(numbers(read, "none").size()).isZero();
        }
        if (bits < 64) {
            assertThatIllegalArgumentException().isThrownBy(() -> new GgufMetadata().integer("k", type, max + 1))
                    .withMessageContaining("k=" + (max + 1));
            assertThatIllegalArgumentException().isThrownBy(() -> new GgufMetadata().integers("k", type, min - 1));
        }
    }

    private static NumberList numbers(VerifiedCheckpoint checkpoint, String key) {
        return ((NumberListValue) checkpoint.metadata().get(key).orElseThrow()).value();
    }

    @Test
    void everyOtherKindOfValueIsReadBack() throws IOException {
        var texts = StringTable.of(List.of("", "▁the", "x".repeat(200_000)));
        var metadata = new GgufMetadata().text("text", "Grüße").text("empty", "").bool("yes", true).bool("no", false)
                .float32("float", 0.1f).number("double", FloatType.FLOAT64, 0.1).uint32("uint", 7)
                .integer("huge", IntegerType.UINT64, -1)
                .texts("texts", texts).bools("bools", true, false)
                .numbers("floats", FloatType.FLOAT32, 1.5f, -0f).numbers("doubles", FloatType.FLOAT64, 1e300);
        try (var read = writtenWith(metadata)) {
            assertThat(read.format()).isEqualTo("GGUF v3");
            assertThat(read.metadata().keys()).containsExactly("text", "empty", "yes", "no", "float", "double", "uint", "huge",
                    "texts", "bools", "floats", "doubles");
            assertThat(read.metadata().text("text")).contains("Grüße");
            assertThat(read.metadata().text("empty")).contains("");
            assertThat(read.metadata().bool("yes")).contains(true);
            assertThat(read.metadata().bool("no")).contains(false);
            assertThat(read.metadata().number("float")).contains(0.1f);
            assertThat(read.metadata().get("double")).contains(new Metadata.FloatValue(0.1, FloatType.FLOAT64));
            assertThat(read.metadata().integer("uint")).contains(7L);
            assertThat(read.metadata().get("huge")).contains(new Metadata.HugeIntegerValue(-1));
            var back = read.metadata().texts("texts").orElseThrow();
            assertThat(List.of(back.text(0), back.text(1), back.text(2)))
                    .containsExactly(texts.text(0), texts.text(1), texts.text(2));
            assertThat(numbers(read, "bools").integerAt(0)).isOne();
            assertThat(numbers(read, "bools").integerAt(1)).isZero();
            assertThat(read.metadata().floats("floats").orElseThrow()).containsExactly(1.5f, -0f);
            assertThat(numbers(read, "doubles").floatAt(0)).isEqualTo(1e300);
        }
    }

    @Test
    void whatWasReadIsWrittenAgainWithTheSameTypes() throws IOException {
        var metadata = new GgufMetadata().text("text", "Grüße").bool("yes", true).float32("float", 0.1f)
                .number("double", FloatType.FLOAT64, 0.1).integer("huge", IntegerType.UINT64, -1)
                .texts("texts", StringTable.of(List.of("", "▁the"))).bools("bools", true, false)
                .numbers("doubles", FloatType.FLOAT64, 1e300);
        for (IntegerType type : IntegerType.values()) {
            metadata.integer("one " + type, type, 1).integers("list of " + type, type, 0, 1, 2);
        }
        var copied = new GgufMetadata();
        try (var read = writtenWith(metadata)) {
            read.metadata().keys().forEach(key -> copied.value(key, read.metadata().get(key).orElseThrow()));
        }
        byte[] original = Files.readAllBytes(file);
        Files.delete(file);
        writtenWith(copied).close();
        assertThat(Files.readAllBytes(file)).isEqualTo(original);
    }

    @Test
    void valuesOfOtherFormatsGetTheTypesThatConvertersUse() throws IOException {
        var metadata = new GgufMetadata().value("small", new Metadata.IntegerValue(7)).value("large", new Metadata.IntegerValue(1L << 40))
                .value("negative", new Metadata.IntegerValue(-1)).value("number", new Metadata.FloatValue(0.5));
        try (var read = writtenWith(metadata)) {
            assertThat(read.metadata().get("small")).contains(new Metadata.IntegerValue(7, IntegerType.UINT32));
            assertThat(read.metadata().get("large")).contains(new Metadata.IntegerValue(1L << 40, IntegerType.UINT64));
            assertThat(read.metadata().get("negative")).contains(new Metadata.IntegerValue(-1, IntegerType.INT32));
            assertThat(read.metadata().get("number")).contains(new Metadata.FloatValue(0.5, FloatType.FLOAT32));
        }
    }

    /** Sizes that end within an alignment, on it, and shapes of every number of dimensions. */
    private static List<GgufTensor> tensors() {
        return List.of(GgufTensor.matrix("a", DType.Q8_0, 3, 64), GgufTensor.vector("b", DType.F32, 1),
                GgufTensor.vector("c", DType.F32, 8), new GgufTensor("d", DType.F16, List.of(2L, 3L, 5L)),
                new GgufTensor("e", DType.Q6_K, List.of(1L, 2L, 1L, 256L)));
    }

    private Map<String, byte[]> writeRandomTensors(Arena arena, int pieceBytes) throws IOException {
        var random = new SplittableRandom(SEED);
        Map<String, byte[]> contents = new LinkedHashMap<>();
        try (var writer = GgufWriter.create(file, Existing.REPLACE, new GgufMetadata().text("k", "v"), tensors())) {
            for (GgufTensor tensor : tensors()) {
                byte[] bytes = new byte[(int) tensor.byteSize()];
                random.nextBytes(bytes);
                contents.put(tensor.name(), bytes);
                MemorySegment whole = arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes);
                for (long at = 0; at < bytes.length; at += pieceBytes) {
                    writer.write(tensor.name(), whole.asSlice(at, Math.min(pieceBytes, bytes.length - at)));
                }
            }
            writer.finish();
        }
        return contents;
    }

    @Test
    void rowsOfATensorAreReadAsTheyAreStored() throws IOException {
        try (var arena = Arena.ofConfined()) {
            Map<String, byte[]> contents = writeRandomTensors(arena, 64);
            try (var read = CheckpointLoader.open(file, TrustPolicy.allowUnsigned())) {
                TensorInfo tensor = read.tensor("d").orElseThrow();
                MemorySegment rows = arena.allocate(2L * 5 * Short.BYTES);
                read.readTensor(tensor, 4, rows);
                assertThat(rows.toArray(ValueLayout.JAVA_BYTE)).isEqualTo(Arrays.copyOfRange(contents.get("d"), 40, 60));
                assertThatIllegalArgumentException().isThrownBy(() -> read.readTensor(tensor, 5, rows)).withMessageContaining("fromRow=5");
                assertThatIllegalArgumentException().isThrownBy(() -> read.readTensor(tensor, -1, rows));
                assertThatIllegalArgumentException().isThrownBy(() -> read.readTensor(tensor, 0, rows.asSlice(2)));
            }
        }
    }

    @Test
    void tensorsAreReadBackWhateverPiecesTheyCameIn() throws IOException {
        try (var arena = Arena.ofConfined()) {
            for (int pieceBytes : new int[] {1, 7, 64, 1 << 20}) {
                Map<String, byte[]> contents = writeRandomTensors(arena, pieceBytes);
                byte[] all = Files.readAllBytes(file);
                try (var read = CheckpointLoader.open(file, TrustPolicy.allowUnsigned())) {
                    assertThat(read.tensors()).extracting(info -> new GgufTensor(info.name(), info.type(), info.shape()))
                            .isEqualTo(tensors());
                    for (TensorInfo info : read.tensors()) {
                        assertThat(info.byteOffset() % GgufWriter.ALIGNMENT).isZero();
                        assertThat(Arrays.copyOfRange(all, (int) info.byteOffset(), (int) (info.byteOffset() + info.byteSize())))
                                .isEqualTo(contents.get(info.name()));
                    }
                }
            }
        }
    }

    @Test
    void aLongPieceIsWrittenWhole() throws IOException {
        byte[] bytes = new byte[3_000_000];
        new SplittableRandom(SEED).nextBytes(bytes);
        try (var arena = Arena.ofConfined(); var writer = GgufWriter.create(file, Existing.REFUSE, NOTHING,
                List.of(GgufTensor.vector("long", DType.I8, bytes.length)))) {
            writer.write("long", arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes));
            writer.finish();
        }
        byte[] all = Files.readAllBytes(file);
        try (var read = CheckpointLoader.open(file, TrustPolicy.allowUnsigned())) {
            int start = (int) read.tensors().getFirst().byteOffset();
            assertThat(Arrays.copyOfRange(all, start, start + bytes.length)).isEqualTo(bytes);
        }
    }

    @Test
    void whatIsNotFinishedLeavesNothingBehind() throws IOException {
        try (var arena = Arena.ofConfined(); var writer = GgufWriter.create(file, Existing.REFUSE, NOTHING, tensors())) {
            writer.write("a", arena.allocate(tensors().getFirst().byteSize()));
            assertThatIllegalStateException().isThrownBy(writer::finish).withMessageContaining("b is incomplete: 0 of 4 bytes");
            assertThat(file).doesNotExist();
        }
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void tensorsComeInTheirTurnAndNoLongerThanTheyAre() throws IOException {
        try (var arena = Arena.ofConfined(); var writer = GgufWriter.create(file, Existing.REFUSE, NOTHING, tensors())) {
            assertThatIllegalArgumentException().isThrownBy(() -> writer.write("b", arena.allocate(4)))
                    .withMessageContaining("next is a");
            long size = tensors().getFirst().byteSize();
            writer.write("a", arena.allocate(size - 1));
            assertThatIllegalArgumentException().isThrownBy(() -> writer.write("a", arena.allocate(2)))
                    .withMessageContaining("1 of " + size + " are missing");
        }
    }

    @Test
    void aClosedWriterRefuses() throws IOException {
        GgufWriter writer = GgufWriter.create(file, Existing.REFUSE, NOTHING, tensors());
        writer.close();
        writer.close();
        assertThatIllegalStateException().isThrownBy(() -> writer.write("a", MemorySegment.NULL));
        assertThatIllegalStateException().isThrownBy(writer::finish);
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void anExistingFileIsReplacedOnlyIfThatIsAskedFor() throws IOException {
        Files.writeString(file, "precious");
        assertThatThrownBy(() -> GgufWriter.create(file, Existing.REFUSE, NOTHING, List.of()))
                .isInstanceOf(FileAlreadyExistsException.class).hasMessageContaining("not overwritten");
        try (var writer = GgufWriter.create(file, Existing.REPLACE, NOTHING, List.of())) {
            assertThat(file).hasContent("precious");
            writer.finish();
        }
        assertThat(folder).isDirectoryContaining(path -> path.equals(file));
        assertThat(Files.readString(file)).startsWith("GGUF");
        assertThatThrownBy(() -> GgufWriter.create(folder, Existing.REPLACE, NOTHING, List.of()))
                .isInstanceOf(FileAlreadyExistsException.class).hasMessageContaining("is a folder");
    }

    @Test
    void aFileThatAppearsMeanwhileIsNotOverwritten() throws IOException {
        try (var writer = GgufWriter.create(file, Existing.REFUSE, NOTHING, List.of())) {
            Files.writeString(file, "precious");
            assertThatThrownBy(writer::finish).isInstanceOf(FileAlreadyExistsException.class);
        }
        assertThat(folder.toFile().list()).containsExactly(file.getFileName().toString());
        assertThat(file).hasContent("precious");
    }

    @Test
    void whatTheReaderWouldRefuseIsNotWritten() {
        var metadata = new GgufMetadata().bool("k", true);
        assertThatIllegalArgumentException().isThrownBy(() -> metadata.bool("k", false));
        assertThatIllegalArgumentException().isThrownBy(() -> metadata.bool("", false));
        assertThatIllegalArgumentException().isThrownBy(() -> metadata.uint32("general.alignment", 64));
        assertThatIllegalArgumentException().isThrownBy(() -> metadata.text("t", "x".repeat(LoadLimits.MAX_TEXT_BYTES + 1)));
        assertThatIllegalArgumentException().isThrownBy(() -> GgufTensor.vector("n".repeat(64), DType.F32, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> GgufTensor.vector("v", DType.F32, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> GgufTensor.matrix("m", DType.Q8_0, 32, 31));
        assertThatIllegalArgumentException().isThrownBy(() -> new GgufTensor("s", DType.F32, List.of(1L, 1L, 1L, 1L, 1L)));
        var twice = GgufTensor.vector("v", DType.F32, 1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> GgufWriter.create(file, Existing.REFUSE, NOTHING, List.of(twice, twice)));
        assertThat(folder).isEmptyDirectory();
    }
}
