package dev.lockstep.loader.internal.hdf5;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.loader.internal.tensors.StoredTensor;
import dev.lockstep.securemem.SecureArena;
import dev.lockstep.testkit.Hdf5Writer;
import dev.lockstep.testkit.Hdf5Writer.Dataset;
import dev.lockstep.testkit.Hdf5Writer.Type;
import dev.lockstep.testkit.SharedData;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What honest programs write is read as they wrote it. */
class Hdf5FileTest {
    private static final String SHARED = "checkpoints/stories260K/hdf5/";
    private static final int ROWS = 11;
    private static final int COLUMNS = 7;

    @Test
    void h5pyWroteTheSameTensorsInEveryFormat() throws IOException {
        Map<String, ByteBuffer> old = values(shared("model.h5"), "");
        assertThat(old).hasSize(47);
        assertThat(values(shared("model-latest.h5"), "")).containsExactlyInAnyOrderEntriesOf(old);
        assertThat(values(shared("model-packed.h5"), "f32/")).containsExactlyInAnyOrderEntriesOf(old);
    }

    @Test
    void settingsAndScalesAreFound() throws IOException {
        try (Hdf5File file = shared("model-packed.h5")) {
            assertThat(file.config("")).get().asString().startsWith("{").contains("\"model_type\"");
            Map<String, Hdf5Dataset> datasets = byName(file);
            Hdf5Dataset keys = datasets.get("int8/model.layers.0.self_attn.k_proj.weight");
            assertThat(keys.tensor().type()).isEqualTo(StoredTensor.Type.I8);
            assertThat(keys.scale()).get().extracting(StoredTensor::shape).isEqualTo(List.of(32L));
            Hdf5Dataset queries = datasets.get("int8/model.layers.0.self_attn.q_proj.weight");
            assertThat(queries.scale()).isEmpty();
            assertThat(datasets).containsKey("int8/" + queries.scaleDataset().orElseThrow());
        }
    }

    /** A dataset of every layout, of random bytes. */
    static Stream<Map.Entry<String, Dataset>> layouts() {
        var random = new SplittableRandom(0x4DF5);
        var group = new Hdf5Writer().root();
        var layouts = new LinkedHashMap<String, Dataset>();
        layouts.put("side by side", group.dataset("a", Type.F32, random(random, Type.F32), ROWS, COLUMNS));
        layouts.put("big-endian", group.dataset("b", Type.BIG_ENDIAN_F32, random(random, Type.F32), ROWS, COLUMNS));
        for (int filters = 0; filters < 8; filters++) {
            boolean shuffle = (filters & 1) != 0;
            boolean deflate = (filters & 2) != 0;
            boolean fletcher32 = (filters & 4) != 0;
            for (Type type : List.of(Type.F32, Type.F16, Type.I8)) {
                layouts.put(type + " shuffle " + shuffle + " deflate " + deflate + " fletcher32 " + fletcher32,
                        group.dataset("c" + layouts.size(), type, random(random, type), ROWS, COLUMNS).chunked(4, 3)
                                .filtered(shuffle, deflate, fletcher32));
            }
        }
        layouts.put("one chunk", group.dataset("d", Type.F32, random(random, Type.F32), ROWS, COLUMNS).chunked(ROWS, COLUMNS));
        layouts.put("big-endian chunks", group.dataset("e", Type.BIG_ENDIAN_F32, random(random, Type.F32), ROWS, COLUMNS).chunked(2, 9)
                .filtered(true, true, false));
        return layouts.entrySet().stream();
    }

    private static byte[] random(SplittableRandom random, Type type) {
        byte[] bytes = new byte[ROWS * COLUMNS * (type == Type.I8 ? 1 : type == Type.F16 ? 2 : 4)];
        random.nextBytes(bytes);
        return bytes;
    }

    private static byte[] littleEndian(Dataset dataset, boolean isBigEndian) {
        byte[] values = dataset.values();
        byte[] swapped = values.clone();
        for (int i = 0; isBigEndian && i < values.length; i++) {
            swapped[i] = values[i / Float.BYTES * Float.BYTES + Float.BYTES - 1 - i % Float.BYTES];
        }
        return swapped;
    }

    @ParameterizedTest
    @MethodSource("layouts")
    void everyLayoutIsRead(Map.Entry<String, Dataset> layout) {
        var writer = new Hdf5Writer();
        writer.root().group("g").hardLink("x", layout.getValue());
        byte[] written = littleEndian(layout.getValue(), layout.getKey().startsWith("big"));
        try (Hdf5File file = Hdf5File.read(new ArraySource(writer.bytes())); var memory = SecureArena.open("test")) {
            StoredTensor tensor = file.datasets().getFirst().tensor();
            assertThat(tensor.name()).isEqualTo("g/x");
            assertThat(tensor.shape()).containsExactly((long) ROWS, (long) COLUMNS);
            assertThat(read(tensor, memory, 0, tensor.byteSize())).isEqualTo(written);
            int rowBytes = Math.toIntExact(tensor.byteSize() / ROWS);
            for (int row : new int[] {5, 6, 4, ROWS - 1, 0}) {
                byte[] part = Arrays.copyOfRange(written, row * rowBytes, (row + 1) * rowBytes);
                assertThat(read(tensor, memory, (long) row * rowBytes, rowBytes)).as("row " + row).isEqualTo(part);
            }
        }
    }

    @Test
    void aTensorOfThreeDimensionsInChunksIsRead() {
        var random = new SplittableRandom(3);
        byte[] values = new byte[5 * 6 * 7];
        random.nextBytes(values);
        var writer = new Hdf5Writer();
        writer.root().dataset("x", Type.I8, values, 5, 6, 7).chunked(2, 4, 3).filtered(false, true, true);
        try (Hdf5File file = Hdf5File.read(new ArraySource(writer.bytes())); var memory = SecureArena.open("test")) {
            assertThat(read(file.datasets().getFirst().tensor(), memory, 0, values.length)).isEqualTo(values);
        }
    }

    /** Columns are asked for where matrices are stored as (input, output): a chunk is decoded once all the same. */
    @Test
    void chunksAreDecodedOnceWhateverTheOrder() {
        byte[] values = random(new SplittableRandom(4), Type.F32);
        var writer = new Hdf5Writer();
        writer.root().dataset("x", Type.F32, values, ROWS, COLUMNS).chunked(4, 3).filtered(true, true, false);
        var source = new ArraySource(writer.bytes());
        try (Hdf5File file = Hdf5File.read(source); var memory = SecureArena.open("test")) {
            StoredTensor tensor = file.datasets().getFirst().tensor();
            source.copied().set(0);
            for (int column = 0; column < COLUMNS; column++) {
                for (int row = 0; row < ROWS; row++) {
                    int at = (row * COLUMNS + column) * Float.BYTES;
                    assertThat(read(tensor, memory, at, Float.BYTES)).isEqualTo(Arrays.copyOfRange(values, at, at + Float.BYTES));
                }
            }
            assertThat(source.copied().get()).isPositive().isLessThanOrEqualTo(source.byteSize());
        }
    }

    /** jHDF itself fails at the type. */
    @Test
    void bfloat16OfKerasIsRead() {
        var writer = new Hdf5Writer();
        writer.root().dataset("x", Type.UNTAGGED, new byte[] {1, 2, 3, 4}, 2).text("dtype", "bfloat16");
        try (Hdf5File file = Hdf5File.read(new ArraySource(writer.bytes())); var memory = SecureArena.open("test")) {
            StoredTensor tensor = file.datasets().getFirst().tensor();
            assertThat(tensor.type()).isEqualTo(StoredTensor.Type.BF16);
            assertThat(read(tensor, memory, 0, 4)).containsExactly(1, 2, 3, 4);
        }
    }

    private static Hdf5File shared(String name) throws IOException {
        return Hdf5File.read(new ArraySource(Files.readAllBytes(SharedData.path(SHARED + name))));
    }

    private static Map<String, Hdf5Dataset> byName(Hdf5File file) {
        var byName = new LinkedHashMap<String, Hdf5Dataset>();
        file.datasets().forEach(dataset -> byName.put(dataset.tensor().name(), dataset));
        return byName;
    }

    /** Values by the names behind a prefix. */
    private static Map<String, ByteBuffer> values(Hdf5File file, String prefix) {
        var values = new LinkedHashMap<String, ByteBuffer>();
        try (file; var memory = SecureArena.open("test")) {
            byName(file).forEach((name, dataset) -> {
                if (name.startsWith(prefix)) {
                    values.put(name.substring(prefix.length()), ByteBuffer.wrap(read(dataset.tensor(), memory, 0, dataset.tensor().byteSize())));
                }
            });
        }
        return values;
    }

    private static byte[] read(StoredTensor tensor, SecureArena memory, long from, long count) {
        MemorySegment bytes = memory.allocate(count);
        tensor.read(from, bytes);
        return bytes.toArray(JAVA_BYTE);
    }
}
