package dev.lockstep.quant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PanelLayoutTest {
    private static final long SEED = 0x5EED_0002L;

    static Stream<DType> computable() {
        return Arrays.stream(DType.values()).filter(DType::isComputable);
    }

    static Stream<PanelLayout> layouts() {
        return computable().flatMap(type -> Stream.of(16, 32, 64)
                .flatMap(panelRows -> Stream.of(1, panelRows - 1, panelRows, panelRows + 1, 3 * panelRows + 5)
                        .flatMap(rows -> Stream.of(1, 2, 3, 37).filter(blocks -> blocks < 4 || type.blockElements() == 1)
                                .map(blocks -> new PanelLayout(type, rows, (long) blocks * type.blockElements(), panelRows)))));
    }

    @ParameterizedTest
    @MethodSource("layouts")
    void unpackingGivesEveryByteBack(PanelLayout layout) {
        try (var arena = Arena.ofConfined()) {
            var rows = randomBytes(arena, layout.rows() * layout.rowBytes());
            var panels = arena.allocate(layout.byteSize());
            packAll(layout, rows, panels);

            var row = arena.allocate(layout.rowBytes());
            for (long r = 0; r < layout.rows(); r++) {
                layout.unpackRow(r, panels, row, Arena.ofAuto().allocate(layout.scratchBytes()));
                assertThat(row.mismatch(rows.asSlice(r * layout.rowBytes(), layout.rowBytes()))).isEqualTo(-1);
            }
        }
    }

    /** The whole definition once more, byte by byte: canonical blocks, unit after unit, each row at its place. */
    @ParameterizedTest
    @MethodSource("layouts")
    void everyByteLiesWhereTheDefinitionSays(PanelLayout layout) {
        try (var arena = Arena.ofConfined()) {
            var rows = randomBytes(arena, layout.rows() * layout.rowBytes());
            var panels = arena.allocate(layout.byteSize());
            packAll(layout, rows, panels);
            assertThat(panels.toArray(ValueLayout.JAVA_BYTE)).isEqualTo(expectedPanels(layout, rows.toArray(ValueLayout.JAVA_BYTE)));
        }
    }

    private static byte[] expectedPanels(PanelLayout layout, byte[] rows) {
        int panelRows = layout.panelRows();
        int blockBytes = layout.type().blockBytes();
        byte[] panels = new byte[(int) layout.byteSize()];
        for (int row = 0; row < layout.rows(); row++) {
            for (int block = 0; block < layout.rowBlocks(); block++) {
                int from = (int) (row * layout.rowBytes() + (long) block * blockBytes);
                int before = 0;
                for (byte[] part : FileBlocks.canonical(layout.type(), Arrays.copyOfRange(rows, from, from + blockBytes))) {
                    int to = (int) (row / panelRows * layout.panelBytes()
                            + ((long) block * blockBytes + before) * panelRows);
                    weave(part, unitBytes(layout.type(), part), row % panelRows, panelRows, panels, to);
                    before += part.length;
                }
            }
        }
        return panels;
    }

    private static void weave(byte[] part, int unitBytes, int row, int panelRows, byte[] panels, int to) {
        for (int i = 0; i < part.length; i++) {
            int unit = i / unitBytes * unitBytes;
            panels[to + unit * panelRows + place(row, panelRows / 4, unitBytes) * unitBytes + i % unitBytes] = part[i];
        }
    }

    /** Scales and values of two bytes are the only parts of that length. */
    private static int unitBytes(DType type, byte[] part) {
        return type == DType.F32 ? 4 : part.length == 2 ? 2 : 1;
    }

    private static int place(int row, int quarter, int unitBytes) {
        int c = row / quarter;
        int j = row % quarter;
        return switch (unitBytes) {
            case 1 -> 4 * j + 2 * (c & 1) + (c >> 1);
            case 2 -> (c >> 1) * 2 * quarter + 2 * j + (c & 1);
            default -> row;
        };
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 16, 32, 64})
    void rowsOfAUnitLieInTheOrderThatKernelsSplit(int panelRows) {
        var layout = new PanelLayout(DType.Q8_0, panelRows, 32, panelRows);
        for (int unitBytes : new int[] {1, 2, 4}) {
            for (int row = 0; row < panelRows; row++) {
                assertThat(layout.unitOffset(row, unitBytes)).isEqualTo((long) unitBytes * place(row, panelRows / 4, unitBytes));
            }
        }
    }

    @Test
    void rowsOfAPanelOf16InFull() {
        var layout = new PanelLayout(DType.Q8_0, 16, 32, 16);
        assertThat(LongStream.range(0, 16).map(row -> layout.unitOffset((int) row, 1)))
                .containsExactly(0L, 4L, 8L, 12L, 2L, 6L, 10L, 14L, 1L, 5L, 9L, 13L, 3L, 7L, 11L, 15L);
        assertThat(LongStream.range(0, 16).map(row -> layout.unitOffset((int) row, 2) / 2))
                .containsExactly(0L, 2L, 4L, 6L, 1L, 3L, 5L, 7L, 8L, 10L, 12L, 14L, 9L, 11L, 13L, 15L);
        assertThat(LongStream.range(0, 16).map(row -> layout.unitOffset((int) row, 4) / 4))
                .containsExactly(LongStream.range(0, 16).boxed().toArray(Long[]::new));
        assertThatIllegalArgumentException().isThrownBy(() -> layout.unitOffset(0, 8)).withMessageContaining("unitBytes=8");
    }

    @Test
    void partsBeginWhereThePanelFormSays() {
        var q6 = new PanelLayout(DType.Q6_K, 32, 512, 32);
        assertThat(q6.panelBlockBytes()).isEqualTo(210 * 32);
        assertThat(q6.partOffset(PanelForm.Part.SCALE)).isZero();
        assertThat(q6.partOffset(PanelForm.Part.SCALES)).isEqualTo(2 * 32);
        assertThat(q6.partOffset(PanelForm.Part.TWO_BIT_PLANE)).isEqualTo(18 * 32);
        assertThat(q6.partOffset(PanelForm.Part.NIBBLE_PLANE)).isEqualTo((18 + 64) * 32);
        assertThatIllegalArgumentException().isThrownBy(() -> q6.partOffset(PanelForm.Part.MIN)).withMessageContaining("MIN");
    }

    @ParameterizedTest
    @MethodSource("computable")
    void lanesWithoutARowStayAsTheyAre(DType type) {
        var layout = new PanelLayout(type, 15, type.blockElements(), 16);
        try (var arena = Arena.ofConfined()) {
            var rows = randomBytes(arena, 15 * layout.rowBytes());
            var panels = arena.allocate(layout.byteSize());
            panels.fill((byte) 0x5A);
            layout.pack(0, rows, panels, Arena.ofAuto().allocate(layout.scratchBytes()));
            var missing = arena.allocate(layout.rowBytes());
            new PanelLayout(type, 16, layout.columns(), 16).unpackRow(15, panels, missing, arena.allocate(layout.scratchBytes()));
            assertThat(FileBlocks.canonical(type, missing.toArray(ValueLayout.JAVA_BYTE)))
                    .allSatisfy(part -> assertThat(part).containsOnly(0x5A));
        }
    }

    @ParameterizedTest
    @MethodSource("computable")
    void panelsCanBePackedByManyThreads(DType type) {
        var layout = new PanelLayout(type, 64 * 16, 2L * type.blockElements(), 16);
        try (var arena = Arena.ofShared(); var threads = Executors.newFixedThreadPool(4)) {
            var rows = randomBytes(arena, layout.rows() * layout.rowBytes());
            var expected = arena.allocate(layout.byteSize());
            packAll(layout, rows, expected);
            var panels = arena.allocate(layout.byteSize());
            CompletableFuture.allOf(LongStream.range(0, layout.panels())
                    .mapToObj(panel -> CompletableFuture.runAsync(() -> pack(layout, panel, rows, panels), threads))
                    .toArray(CompletableFuture[]::new)).join();
            assertThat(panels.mismatch(expected)).isEqualTo(-1);
        }
    }

    @Test
    void nonsenseIsRefusedWithItsValue() {
        assertThatIllegalArgumentException().isThrownBy(() -> new PanelLayout(DType.Q8_0, 4, 33, 16))
                .withMessageContaining("elements=33");
        assertThatIllegalArgumentException().isThrownBy(() -> new PanelLayout(DType.F32, 0, 32, 16))
                .withMessageContaining("rows=0");
        assertThatIllegalArgumentException().isThrownBy(() -> new PanelLayout(DType.F32, 1, 32, 18))
                .withMessageContaining("panelRows=18");
        assertThatIllegalArgumentException().isThrownBy(() -> new PanelLayout(DType.IQ1_S, 1, 256, 16))
                .withMessageContaining("IQ1_S");
    }

    private static void packAll(PanelLayout layout, MemorySegment rows, MemorySegment panels) {
        for (long panel = 0; panel < layout.panels(); panel++) {
            pack(layout, panel, rows, panels);
        }
    }

    private static void pack(PanelLayout layout, long panel, MemorySegment rows, MemorySegment panels) {
        long offset = panel * layout.panelRows() * layout.rowBytes();
        layout.pack(panel, rows.asSlice(offset, layout.rowsIn(panel) * layout.rowBytes()), panels, Arena.ofAuto().allocate(layout.scratchBytes()));
    }

    private static MemorySegment randomBytes(Arena arena, long byteSize) {
        var random = new SplittableRandom(SEED);
        var bytes = arena.allocate(byteSize);
        for (long i = 0; i < byteSize; i++) {
            bytes.set(ValueLayout.JAVA_BYTE, i, (byte) random.nextInt());
        }
        return bytes;
    }
}
