package dev.lockstep.loader.internal.hdf5;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.loader.ModelFormatException;
import dev.lockstep.loader.internal.tensors.StoredTensor;
import dev.lockstep.securemem.SecureArena;
import dev.lockstep.testkit.Hdf5Writer;
import dev.lockstep.testkit.Hdf5Writer.Group;
import dev.lockstep.testkit.Hdf5Writer.Type;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Files that lead elsewhere, in circles, or to more than there is, each refused with the reason. */
class HostileHdf5Test {
    private static final float[] VALUES = new float[64];
    private static final int DEEP = 8000;

    /** A length that stands nowhere else in a file. */
    private static final int LENGTH = 0x0012_3450;

    static Stream<Arguments> refusedByName() {
        return Stream.of(
                refused("external link to \"/a\" in the file \"/etc/hostname\"", group -> group.externalLink("x", "/etc/hostname", "/a")),
                refused("soft link to \"/g/y\"", group -> group.softLink("x", "/g/y")),
                refused("soft link to \"/g/y\"", group -> {
                    group.softLink("x", "/g/y");
                    group.externalLink("z", "../other.h5", "/a");
                }),
                refused("External Data Files", group -> group.floats("x", VALUES, 64).external("/etc/hostname")),
                refused("references", group -> group.dataset("x", Type.OBJECT_REFERENCE, new byte[8], 1)),
                refused("references", group -> group.dataset("x", Type.REGION_REFERENCE, new byte[12], 1)),
                refused("variable-length", group -> group.dataset("x", Type.nested(1), new byte[16], 1)),
                refused("variable-length", group -> group.dataset("x", Type.nested(DEEP), new byte[16], 1)),
                refused("opaque", group -> group.dataset("x", Type.OPAQUE, new byte[2], 1)),
                refused("opaque", group -> group.dataset("x", Type.UNTAGGED, new byte[2], 1)),
                refused("opaque", group -> group.dataset("x", Type.UNTAGGED, new byte[2], 1).text("dtype", "float8")),
                refused("LZF", group -> group.floats("x", VALUES, 64).chunked(64).unknownFilter(32000)),
                refused("LZ4", group -> group.floats("x", VALUES, 64).chunked(64).unknownFilter(32004)),
                refused("number 777", group -> group.floats("x", VALUES, 64).chunked(64).unknownFilter(777)),
                refused("contains itself", group -> group.group("a").group("b").hardLink("c", group)),
                refused("contains itself", group -> group.hardLink("c", group)),
                refused("several places", group -> group.hardLink("y", group.floats("x", VALUES, 64))),
                refused("has no values", group -> group.floats("x", new float[0], 0)),
                refused("where its shape", group -> group.floats("x", VALUES, 65)),
                refused("more values than there can be", group -> group.floats("x", VALUES, 1L << 40, 1L << 40)),
                refused("holds the name \".\"", group -> group.floats(".", VALUES, 64)),
                refused("more than 64 groups deep", group -> {
                    Group inner = group;
                    for (int i = 0; i < 66; i++) {
                        inner = inner.group("g");
                    }
                }),
                refused("attribute \"config\" holds", group -> group.numbers("config", 1)),
                refused("attribute \"scale\" holds fixed-length strings", group -> group.floats("x", VALUES, 64).text("scale", "1")));
    }

    private static Arguments refused(String reason, Consumer<Group> content) {
        return Arguments.of(reason, content);
    }

    @ParameterizedTest
    @MethodSource("refusedByName")
    void isRefusedWithTheReason(String reason, Consumer<Group> content) {
        assertRefused(file(content), reason);
    }

    @Test
    void nothingLiesOutsideOfTheFile() {
        byte[] file = file(group -> group.floats("x", VALUES, 64));
        // layout of version 3, side by side; the address follows
        int address = find(file, new byte[] {8, 0, 24, 0, 0, 0, 0, 0, 3, 1}) + 10;
        assertRefused(with(file, address, file.length - 8), "but the file has");
        assertRefused(with(file, address, Long.MAX_VALUE - 8), "but the file has");
        assertRefused(with(file, address, -1), "never written");
    }

    @Test
    void aTreeThatContainsItselfEnds() {
        for (Consumer<Group> content : List.<Consumer<Group>>of(group -> { }, group -> group.dataset("x", Type.I8, new byte[8], 8).chunked(4))) {
            byte[] file = file(content);
            int tree = find(file, "TREE".getBytes(StandardCharsets.US_ASCII));
            boolean isOfGroup = file[tree + 4] == 0;
            byte[] level = file.clone();
            level[tree + 5] = 1;
            // the first child is behind the first key: a length, or size, filters and two places
            assertRefused(with(level, tree + 24 + (isOfGroup ? 8 : 24), tree), "may have no end");
        }
    }

    @Test
    void chunksDoNotShareBytes() {
        byte[] file = file(group -> group.dataset("x", Type.I8, new byte[8], 8).chunked(4));
        int tree = find(file, "TREE".getBytes(StandardCharsets.US_ASCII));
        long first = longAt(file, tree + 24 + 24);
        assertRefused(with(file, tree + 24 + 24 + 8 + 24, first), "shares bytes with itself");
        assertRefused(with(file, tree + 24 + 24 + 8 + 24, first + 3), "shares bytes with itself");
        assertRefused(with(file, tree + 24 + 24 + 8 + 8, 0), "has a chunk at [0] twice");
        assertRefused(with(file, tree + 24 + 24 + 8 + 8, 6), "where none can be");
    }

    @Test
    void aChunkThatWasNeverWrittenIsMissed() {
        byte[] file = file(group -> group.dataset("x", Type.I8, new byte[8], 8).chunked(4));
        int tree = find(file, "TREE".getBytes(StandardCharsets.US_ASCII));
        file[tree + 6] = 1;
        assertRefused(file, "has 1 of 2 chunks");
    }

    /** A megabyte of zeros in a kilobyte, in a dataset that says it is smaller or larger. */
    @Test
    void bombsFillNoMoreThanTheirChunk() {
        byte[] file = file(group -> group.dataset("x", Type.I8, new byte[LENGTH], LENGTH).chunked(LENGTH).filtered(false, true, false));
        assertRefused(withLength(file, LENGTH / 16), "expands to more than a chunk has");
        assertRefused(withLength(file, LENGTH * 16), "where its shape makes");
        assertRefused(withLength(file, LENGTH * 256), "decoded at once");
    }

    private static byte[] withLength(byte[] file, int length) {
        byte[] changed = file.clone();
        byte[] old = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(LENGTH).array();
        ByteBuffer bytes = ByteBuffer.wrap(changed).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = 0; at <= file.length - 4; at++) {
            if (Arrays.equals(file, at, at + 4, old, 0, 4)) {
                bytes.putInt(at, length);
            }
        }
        return changed;
    }

    @Test
    void moreChunksThanAnyModelHasAreRefusedBeforeTheyAreLookedFor() {
        byte[] file = file(group -> group.dataset("x", Type.I8, new byte[64], 64).chunked(1));
        byte[] space = {1, 1, 0, 0, 0, 0, 0, 0, 64, 0};
        assertRefused(with(file, find(file, space) + 8, 1L << 40), "chunks; up to");
    }

    @Test
    void aDamagedChunkIsRefusedWhenItIsRead() {
        for (boolean isDeflated : new boolean[] {true, false}) {
            byte[] values = new byte[64];
            new SplittableRandom(1).nextBytes(values);
            byte[] file = file(group -> group.dataset("x", Type.I8, values, 64).chunked(64).filtered(true, isDeflated, true));
            int tree = find(file, "TREE".getBytes(StandardCharsets.US_ASCII));
            file[Math.toIntExact(longAt(file, tree + 24 + 24)) + 20] ^= 1;
            assertRefused(file, "checksum (fletcher32) is wrong");
        }
    }

    @Test
    void aScaleHasNoScale() {
        byte[] bytes = file(group -> {
            group.dataset("x", Type.I8, new byte[8], 2, 4).text("scale_dataset", "y");
            group.dataset("y", Type.I8, new byte[2], 2).numbers("scale", 1);
        });
        try (Hdf5File file = Hdf5File.read(new ArraySource(bytes))) {
            assertThatThrownBy(() -> Hdf5Model.of(file, "test.h5", Optional.empty())).isInstanceOf(ModelFormatException.class)
                    .hasMessageContaining("y: has a scale, and is the scale of another dataset");
        }
    }

    @Test
    void aFileThatEndsEarlyIsRefused() {
        byte[] file = file(group -> {
            group.text("config", "{}");
            group.group("a").floats("x", VALUES, 8, 8).numbers("scale", 1, 2);
        });
        for (int length = 0; length < file.length; length += 5) {
            assertRefused(Arrays.copyOf(file, length), "test.h5");
        }
    }

    @Test
    void somethingElseIsNoHdf5File() {
        assertRefused(new byte[0], "is not an HDF5 file");
        assertRefused("PK\3\4 and so on, for a while".getBytes(StandardCharsets.US_ASCII), "is not an HDF5 file");
        byte[] later = new byte[1024];
        byte[] file = file(group -> { });
        System.arraycopy(file, 0, later, 512, 512);
        assertRefused(later, "is not an HDF5 file");
    }

    private static byte[] file(Consumer<Group> content) {
        var writer = new Hdf5Writer();
        content.accept(writer.root());
        return writer.bytes();
    }

    private static byte[] with(byte[] file, int at, long value) {
        byte[] changed = file.clone();
        ByteBuffer.wrap(changed).order(ByteOrder.LITTLE_ENDIAN).putLong(at, value);
        return changed;
    }

    private static long longAt(byte[] file, int at) {
        return ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong(at);
    }

    private static int find(byte[] file, byte[] pattern) {
        for (int at = 0; at <= file.length - pattern.length; at++) {
            if (Arrays.equals(file, at, at + pattern.length, pattern, 0, pattern.length)) {
                return at;
            }
        }
        throw new AssertionError("not in the file: " + Arrays.toString(pattern));
    }

    private static void assertRefused(byte[] file, String reason) {
        assertThatThrownBy(() -> readAll(file)).isInstanceOf(ModelFormatException.class).hasMessageContaining(reason);
    }

    private static void readAll(byte[] bytes) {
        try (Hdf5File file = Hdf5File.read(new ArraySource(bytes)); var memory = SecureArena.open("test")) {
            for (Hdf5Dataset dataset : file.datasets()) {
                StoredTensor tensor = dataset.tensor();
                tensor.read(0, memory.allocate(tensor.byteSize()));
            }
        }
    }
}
