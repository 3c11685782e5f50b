package dev.lockstep.loader.internal.translate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.lockstep.loader.ModelFormatException;
import dev.lockstep.loader.TensorInfo;
import dev.lockstep.loader.internal.tensors.StoredTensor.Type;
import dev.lockstep.quant.DType;
import dev.lockstep.quant.LittleEndian;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What rows are made of, and that it does not matter how many are asked for at once. */
class RowsTest {
    /** All rows, read so many at a time. */
    private static float[] read(RowSource rows, long atOnce) {
        try (var arena = Arena.ofShared()) {
            MemorySegment all = arena.allocate(rows.rows() * rows.rowBytes());
            for (long row = 0; row < rows.rows(); row += atOnce) {
                long count = Math.min(atOnce, rows.rows() - row);
                rows.read(row, count, all.asSlice(row * rows.rowBytes(), count * rows.rowBytes()), arena.allocate(rows.scratchBytes(count)));
            }
            return all.toArray(LittleEndian.FLOAT);
        }
    }

    private static void assertRows(RowSource rows, List<Long> shape, float... expected) {
        assertThat(rows.type()).isEqualTo(DType.F32);
        assertThat(rows.shape()).isEqualTo(shape);
        for (long atOnce = 1; atOnce <= rows.rows(); atOnce++) {
            assertThat(read(rows, atOnce)).as("%d rows at once", atOnce).isEqualTo(expected);
        }
    }

    private static final MemoryTensor MATRIX = MemoryTensor.floats(List.of(4L, 2L), 0, 1, 2, 3, 4, 5, 6, 7);

    @Test
    void rowsAreTakenInAnotherOrder() {
        assertRows(Rows.ordered(Rows.of(MATRIX), 4, RowOrder.adjacentPairs(4, 4), MATRIX.shape()), List.of(4L, 2L), 0, 1, 4, 5, 2, 3, 6, 7);
        assertRows(Rows.ordered(Rows.of(MATRIX), 2, row -> 1 + row, List.of(2L, 2L)), List.of(2L, 2L), 2, 3, 4, 5);
    }

    @Test
    void onlyTheRotatedPartOfAHeadIsReordered() {
        RowOrder order = RowOrder.adjacentPairs(6, 4);
        assertThat(List.of(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 11L)).extracting(order::stored).containsExactly(0L, 2L, 1L, 3L, 4L, 5L, 6L, 8L, 11L);
    }

    @Test
    void aVectorIsOrderedByItsValues() {
        MemoryTensor vector = MemoryTensor.floats(List.of(4L), 10, 11, 12, 13);
        assertRows(Rows.ordered(Rows.column(vector), 4, RowOrder.adjacentPairs(4, 4), vector.shape()), List.of(4L), 10, 12, 11, 13);
    }

    @Test
    void columnsBecomeRows() {
        assertRows(Rows.transposed(MATRIX, 4, 2), List.of(2L, 4L), 0, 2, 4, 6, 1, 3, 5, 7);
    }

    @Test
    void sourcesLieOneBelowTheOther() {
        RowSource more = Rows.of(MemoryTensor.doubles(List.of(1L, 2L), 8, 9.5));
        assertRows(Rows.stacked(List.of(Rows.of(MATRIX), more), List.of(5L, 2L)), List.of(5L, 2L), 0, 1, 2, 3, 4, 5, 6, 7, 8, 9.5f);
    }

    @Test
    void oneIsAdded() {
        assertRows(Rows.plusOne(Rows.of(MATRIX)), List.of(4L, 2L), 1, 2, 3, 4, 5, 6, 7, 8);
    }

    @Test
    void valuesAreMultipliedWithTheScaleOfTheirTile() {
        MemoryTensor values = MemoryTensor.bytes(Type.I8, List.of(3L, 3L), 1, 2, 3, 4, 5, 6, -7, -8, -128);
        MemoryTensor tiles = MemoryTensor.floats(List.of(2L, 2L), 1, 10, 100, 1000);
        assertRows(Rows.scaled(values, tiles, Optional.of(List.of(2L, 2L))), List.of(3L, 3L), 1, 2, 30, 4, 5, 60, -700, -800, -128000);
        MemoryTensor rows = MemoryTensor.floats(List.of(3L, 1L), 1, 10, 100);
        assertRows(Rows.scaled(values, rows, Optional.empty()), List.of(3L, 3L), 1, 2, 3, 40, 50, 60, -700, -800, -12800);
        MemoryTensor one = MemoryTensor.floats(List.of(), 0.5f);
        assertThatExceptionOfType(ModelFormatException.class).isThrownBy(() -> Rows.scaled(values, MATRIX, Optional.empty()))
                .withMessageContaining("are not the scales of a matrix of shape [3, 3]");
        assertRows(Rows.scaled(values, one, Optional.empty()), List.of(3L, 3L), 0.5f, 1, 1.5f, 2, 2.5f, 3, -3.5f, -4, -64);
    }

    @Test
    void numbersOfEightBitsAreThoseOfThePaper() {
        MemoryTensor e4m3 = MemoryTensor.bytes(Type.F8_E4M3, List.of(1L, 7L), 0x00, 0x01, 0x07, 0x08, 0x38, 0x7E, 0xB8);
        RowSource one = Rows.scaled(e4m3, MemoryTensor.floats(List.of(1L), 1), Optional.empty());
        assertRows(one, List.of(1L, 7L), 0, 0x1p-9f, 7 * 0x1p-9f, 0x1p-6f, 1, 448, -1);
        MemoryTensor e5m2 = MemoryTensor.bytes(Type.F8_E5M2, List.of(1L, 6L), 0x00, 0x01, 0x04, 0x3C, 0x7B, 0xBC);
        assertRows(Rows.scaled(e5m2, MemoryTensor.floats(List.of(1L), 1), Optional.empty()), List.of(1L, 6L), 0, 0x1p-16f, 0x1p-14f, 1, 57344, -1);
        assertThat(Float8.ofE4M3((byte) 0x7F)).isNaN();
    }

    @Test
    void whatMeansNothingAloneIsRefused() {
        assertThatExceptionOfType(ModelFormatException.class).isThrownBy(() -> Rows.of(MemoryTensor.bytes(Type.I8, List.of(1L, 1L), 1)))
                .withMessageContaining("mean nothing without a scale");
        assertThatExceptionOfType(ModelFormatException.class).isThrownBy(() -> Rows.of(MemoryTensor.floats(List.of(0L, 2L))))
                .withMessageContaining("positive sizes");
    }

    /** Parts are given up as they are used, and what nobody wants at once. */
    @Test
    void whatIsStoredIsDiscardedOnceWhenAllOfItWasUsed() {
        MemoryTensor shared = MemoryTensor.floats(List.of(2L, 1L), 1, 2);
        MemoryTensor unused = MemoryTensor.floats(List.of(1L), 3);
        MemoryTensor ignored = MemoryTensor.floats(List.of(1L), 4);
        var tensors = List.of(new TranslatedTensor("first", Rows.ordered(Rows.of(shared), 1, RowOrder.from(0), List.of(1L, 1L))),
                new TranslatedTensor("second", Rows.ordered(Rows.of(shared), 1, RowOrder.from(1), List.of(1L, 1L))),
                new TranslatedTensor("unused", Rows.of(unused)));
        try (var image = new TensorImage("test", tensors, List.of(shared, unused, ignored), () -> { })) {
            List<TensorInfo> wanted = image.tensors().subList(0, 2);
            image.retain(wanted);
            assertThat(List.of(shared, unused, ignored)).extracting(tensor -> tensor.discards().get()).containsExactly(0, 1, 1);
            image.release(wanted.getFirst());
            assertThat(shared.discards()).hasValue(0);
            image.release(wanted.getLast());
            assertThat(shared.discards()).hasValue(1);
        }
    }

    @Test
    void anImageGivesAnyBytesOfATensorAndNoneOfTwo() {
        var tensors = List.of(new TranslatedTensor("a", Rows.plusOne(Rows.of(MATRIX))), new TranslatedTensor("b", Rows.of(MATRIX)));
        try (var image = new TensorImage("test", tensors, List.of(MATRIX), () -> { }); var arena = Arena.ofShared()) {
            MemorySegment whole = arena.allocate(MATRIX.byteSize());
            image.copy(0, whole, 0, whole.byteSize());
            for (int from = 0; from < whole.byteSize(); from++) {
                byte[] part = new byte[(int) whole.byteSize() - from];
                image.copy(from, part, 0, part.length);
                assertThat(MemorySegment.ofArray(part).mismatch(whole.asSlice(from))).isEqualTo(-1);
            }
            assertThat(image.tensors().getLast().byteOffset()).isEqualTo(MATRIX.byteSize());
            assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> image.copy(4, whole, 0, whole.byteSize()));
        }
    }
}
