package dev.lockstep.app.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.kernel.WorkerPool;
import dev.lockstep.loader.ModelFormatException;
import dev.lockstep.loader.TensorInfo;
import dev.lockstep.quant.DType;
import dev.lockstep.quant.LittleEndian;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class TensorConversionTest {
    private static final long SEED = 0x0C0A_0001L;
    private static final long COLUMNS = 512;
    /** Two pieces and a bit. */
    private static final long ROWS = 2 * TensorConversion.PIECE_ELEMENTS / COLUMNS + 3;

    private static TensorInfo tensor(DType type) {
        return new TensorInfo("blk.0.ffn_up.weight", type, List.of(ROWS, COLUMNS), 0, type.byteSize(ROWS * COLUMNS));
    }

    private static MemorySegment random(Arena arena) {
        var random = new SplittableRandom(SEED);
        MemorySegment floats = arena.allocate(ROWS * COLUMNS * Float.BYTES);
        for (long at = 0; at < floats.byteSize(); at += Float.BYTES) {
            floats.set(LittleEndian.FLOAT, at, (float) random.nextGaussian());
        }
        return floats;
    }

    private static MemorySegment converted(Arena arena, TensorInfo tensor, MemorySegment source, DType type, int threads) {
        MemorySegment target = arena.allocate(type.byteSize(tensor.elements()));
        MemorySegment floats = arena.allocate(threads * TensorConversion.PIECE_ELEMENTS * Float.BYTES);
        try (var pool = new WorkerPool(threads)) {
            new TensorConversion("model.gguf", tensor, type).convert(0, source, target, floats, pool);
        }
        return target;
    }

    /** In one go by one thread, as against piece by piece by several. */
    @ParameterizedTest
    @EnumSource(names = {"F16", "Q8_0", "Q4_K", "IQ4_NL"})
    void piecesAndThreadsDoNotChangeABit(DType type) {
        try (var arena = Arena.ofShared()) {
            MemorySegment floats = random(arena);
            MemorySegment expected = arena.allocate(type.byteSize(ROWS * COLUMNS));
            type.codec().orElseThrow().encode(floats, 0, expected, 0, ROWS * COLUMNS / type.blockElements());
            assertThat(converted(arena, tensor(DType.F32), floats, type, 3).mismatch(expected)).as("seed " + SEED).isEqualTo(-1);
        }
    }

    @Test
    void whatIsQuantizedCanBecomeFloatsAgain() {
        try (var arena = Arena.ofShared()) {
            MemorySegment quantized = converted(arena, tensor(DType.F32), random(arena), DType.Q4_K, 1);
            MemorySegment expected = arena.allocate(ROWS * COLUMNS * Float.BYTES);
            DType.Q4_K.codec().orElseThrow().decode(quantized, 0, expected, 0, ROWS * COLUMNS / DType.Q4_K.blockElements());
            assertThat(converted(arena, tensor(DType.Q4_K), quantized, DType.F32, 2).mismatch(expected)).isEqualTo(-1);
        }
    }

    @ParameterizedTest
    @CsvSource({"Q8_0, NaN", "F32, Infinity", "BF16, -Infinity", "F16, 70000", "Q4_K, -70000"})
    void whatATypeCannotHoldIsRefusedByNameAndPlace(DType type, float value) {
        try (var arena = Arena.ofShared()) {
            MemorySegment floats = random(arena);
            long place = TensorConversion.PIECE_ELEMENTS + 7;
            floats.set(LittleEndian.FLOAT, place * Float.BYTES, value);
            assertThatThrownBy(() -> converted(arena, tensor(DType.F32), floats, type, 2)).isInstanceOf(ModelFormatException.class)
                    .hasMessageContainingAll("model.gguf", "blk.0.ffn_up.weight", "value " + place + " is " + value, type.name());
        }
    }

    @Test
    void whatIsTooLargeForHalvesFitsIntoBF16() {
        try (var arena = Arena.ofShared()) {
            MemorySegment floats = random(arena);
            floats.set(LittleEndian.FLOAT, 0, 1e30f);
            assertThat(converted(arena, tensor(DType.F32), floats, DType.BF16, 1).byteSize()).isEqualTo(ROWS * COLUMNS * Short.BYTES);
        }
    }
}
