package dev.lockstep.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.kernel.internal.scalar.ScalarKernels;
import dev.lockstep.kernel.internal.vector.VectorKernels;
import dev.lockstep.quant.DType;
import dev.lockstep.quant.LittleEndian;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntToDoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Rounding activations to 8 bits: both implementations alike, and never more than the kernels can add up. */
@Tag("widths")
class ActivationsTest {
    private static final int COLUMNS = 96;
    private static final int TOKENS = 14;
    private static final int BLOCK = Activations.BLOCK;

    private final Arena arena = Arena.ofShared();

    @AfterEach
    void free() {
        arena.close();
    }

    /** Values by their number. */
    private record Pattern(String name, IntToDoubleFunction values) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Pattern> patterns() {
        var random = new SplittableRandom(7);
        return Stream.of(
                new Pattern("normal", _ -> random.nextGaussian()),
                new Pattern("all equal", _ -> 3),
                new Pattern("equal magnitudes", i -> i % 2 == 0 ? 1e4 : -1e4),
                new Pattern("just below half", i -> i % BLOCK == 0 ? 127 : 62.499),
                new Pattern("one large", i -> i % BLOCK == 5 ? 1e6 : 1),
                new Pattern("tiny", i -> i * 1e-38),
                new Pattern("zeros", _ -> 0),
                new Pattern("some infinite", i -> i % 40 == 7 ? Double.NEGATIVE_INFINITY : i),
                new Pattern("some no numbers", i -> i % 40 == 7 ? Double.NaN : i % 50 == 3 ? Double.POSITIVE_INFINITY : i));
    }

    @ParameterizedTest
    @MethodSource("patterns")
    void quantsAreTheSameEverywhereAndAddUpToNoMoreThanTheyMay(Pattern pattern) {
        var rows = arena.allocate(4L * TOKENS * COLUMNS);
        for (int i = 0; i < TOKENS * COLUMNS; i++) {
            rows.set(LittleEndian.FLOAT, 4L * i, (float) pattern.values().applyAsDouble(i));
        }
        var vector = prepared(new VectorKernels(), rows);
        var scalar = prepared(new ScalarKernels(4), rows);
        for (int block = 0; block < TOKENS * COLUMNS / BLOCK; block++) {
            int magnitude = 0;
            for (int i = block * BLOCK; i < (block + 1) * BLOCK; i++) {
                int q = (short) vector.values().get(LittleEndian.INT, 4L * i);
                assertThat(q).as("value %d", i).isEqualTo((short) scalar.values().get(LittleEndian.INT, 4L * i)).isBetween(-127, 127);
                magnitude += Math.abs(q);
            }
            assertThat(magnitude).as("block %d", block).isLessThanOrEqualTo(Activations.MAX_BLOCK_MAGNITUDE);
            assertThat(Float.compare(vector.scales().get(LittleEndian.FLOAT, 4L * block),
                    scalar.scales().get(LittleEndian.FLOAT, 4L * block))).as("scale %d", block).isZero();
        }
    }

    private Activations.IntForm prepared(Kernels kernels, MemorySegment rows) {
        var x = Activations.allocate(arena, TOKENS, COLUMNS, kernels.panelRows(), List.of(DType.Q8_0, DType.Q4_0));
        for (int token = 0; token < TOKENS; token++) {
            MemorySegment.copy(rows, 4L * token * COLUMNS, x.rows().data(), x.rows().offset(token), 4L * COLUMNS);
        }
        kernels.prepare(x, 0, Activations.tiles(TOKENS), TOKENS);
        return x.ints();
    }
}
