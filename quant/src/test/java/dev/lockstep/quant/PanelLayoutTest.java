package dev.lockstep.quant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PanelLayoutTest {
    private static final long SEED = 0x5EED_0002L;

    static Stream<PanelLayout> layouts() {
        return Arrays.stream(DType.values()).filter(DType::isComputable).flatMap(type -> Stream.of(16, 32, 64)
                .flatMap(panelRows -> Stream.of(1, panelRows - 1, panelRows, panelRows + 1, 3 * panelRows + 5)
                        .map(rows -> new PanelLayout(type, rows, 3L * type.blockElements(), panelRows))));
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
                layout.unpackRow(r, panels, row);
                assertThat(row.mismatch(rows.asSlice(r * layout.rowBytes(), layout.rowBytes()))).isEqualTo(-1);
            }
        }
    }

    @Test
    void corresponingUnitsOfAllRowsLieSideBySide() {
        var layout = new PanelLayout(DType.Q8_0, 4, 64, 4);
        try (var arena = Arena.ofConfined()) {
            var rows = randomBytes(arena, layout.rows() * layout.rowBytes());
            var panels = arena.allocate(layout.byteSize());
            layout.pack(0, rows, panels);
            int secondBlock = 34;
            for (int lane = 0; lane < 4; lane++) {
                long row = lane * layout.rowBytes();
                assertThat(panels.get(LittleEndian.SHORT, secondBlock * 4 + lane * 2L))
                        .isEqualTo(rows.get(LittleEndian.SHORT, row + secondBlock));
                assertThat(panels.get(LittleEndian.BYTE, secondBlock * 4 + 2 * 4 + 5 * 4 + lane))
                        .isEqualTo(rows.get(LittleEndian.BYTE, row + secondBlock + 2 + 5));
            }
        }
    }

    @Test
    void lanesWithoutARowAreZero() {
        var layout = new PanelLayout(DType.F16, 3, 5, 4);
        try (var arena = Arena.ofConfined()) {
            var panels = arena.allocate(layout.byteSize());
            layout.pack(0, randomBytes(arena, 3 * layout.rowBytes()), panels);
            for (int column = 0; column < 5; column++) {
                assertThat(panels.get(LittleEndian.SHORT, column * 8L + 6)).isZero();
            }
        }
    }

    @Test
    void nonsenseIsRefusedWithItsValue() {
        assertThatIllegalArgumentException().isThrownBy(() -> new PanelLayout(DType.Q8_0, 4, 33, 16))
                .withMessageContaining("elements=33");
        assertThatIllegalArgumentException().isThrownBy(() -> new PanelLayout(DType.F32, 0, 32, 16))
                .withMessageContaining("rows=0");
        assertThatIllegalArgumentException().isThrownBy(() -> new PanelLayout(DType.IQ1_S, 1, 256, 16))
                .withMessageContaining("IQ1_S");
    }

    private static void packAll(PanelLayout layout, MemorySegment rows, MemorySegment panels) {
        for (long panel = 0; panel < layout.panels(); panel++) {
            long offset = panel * layout.panelRows() * layout.rowBytes();
            layout.pack(panel, rows.asSlice(offset, layout.rowsIn(panel) * layout.rowBytes()), panels);
        }
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
