package dev.lockstep.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.kernel.internal.scalar.ScalarKernels;
import dev.lockstep.kernel.internal.vector.VectorKernels;
import dev.lockstep.quant.LittleEndian;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each vector kernel against its scalar twin, at the width this JVM was started with. */
class KernelParityTest {
    private static final long SEED = 0x5EED_0003L;

    /** exp by polynomial and sums in another order: a few units in the last place. */
    private static final double ELEMENTWISE_TOLERANCE = 2e-6;

    private final Arena arena = Arena.ofShared();
    private final SplittableRandom random = new SplittableRandom(SEED);
    private final Kernels vector = new VectorKernels();
    private final Kernels scalar = new ScalarKernels(vector.panelRows());

    @AfterEach
    void free() {
        arena.close();
    }

    static IntStream counts() {
        return IntStream.concat(IntStream.rangeClosed(1, 40), IntStream.of(63, 64, 65, 100, 127, 128, 130));
    }

    @ParameterizedTest
    @MethodSource("counts")
    void rmsNormAgrees(int count) {
        var weight = randomFloats(count, 1);
        compare(count, 1, (kernels, x) -> kernels.rmsNorm(x, 0, weight, 1e-5f, x, 0, count));
    }

    @ParameterizedTest
    @MethodSource("counts")
    void swiGluAgrees(int count) {
        var up = randomFloats(count, 1);
        compare(count, 10, (kernels, x) -> kernels.swiGlu(x, 0, up, 0, count));
    }

    @ParameterizedTest
    @MethodSource("counts")
    void scaleAgrees(int count) {
        compare(count, 1, (kernels, x) -> kernels.scale(x, 0, 0.35f, count));
    }

    @ParameterizedTest
    @MethodSource("counts")
    void addAgrees(int count) {
        var y = randomFloats(count, 1);
        compare(count, 1, (kernels, x) -> kernels.add(x, 0, y, 0, count));
    }

    @Test
    void swiGluOfHugeValuesIsFinite() {
        var gate = arena.allocate(4 * 64L);
        var up = arena.allocate(4 * 64L);
        for (int i = 0; i < 64; i++) {
            gate.set(LittleEndian.FLOAT, 4L * i, i % 2 == 0 ? 1e30f : -1e30f);
            up.set(LittleEndian.FLOAT, 4L * i, 1f);
        }
        vector.swiGlu(gate, 0, up, 0, 64);
        for (int i = 0; i < 64; i++) {
            assertThat(at(gate, i)).isCloseTo(i % 2 == 0 ? 1e30f : 0f, Offset.offset(1e24f));
        }
    }

    static Stream<Arguments> rotations() {
        return Arrays.stream(Rotation.Pairing.values()).flatMap(pairing ->
                Stream.of(2, 6, 8, 16, 24, 32, 64, 80, 128).map(dim -> Arguments.of(pairing, dim)));
    }

    @ParameterizedTest
    @MethodSource("rotations")
    void ropeAgreesAndLeavesTheRestOfAHeadAlone(Rotation.Pairing pairing, int dim) {
        int heads = 3;
        int headDim = dim + 4;
        var angles = randomFloats(2 * dim, 1);
        var rotation = new Rotation(dim, pairing, angles, angles.asSlice(4L * dim), 0);
        compare(heads * headDim, 1, (kernels, x) -> kernels.rope(x, 0, heads, headDim, rotation));

        var x = randomFloats(headDim, 1);
        float last = at(x, headDim - 1);
        vector.rope(x, 0, 1, headDim, rotation);
        assertThat(at(x, headDim - 1)).isEqualTo(last);
    }

    private void compare(int count, double spread, BiConsumer<Kernels, MemorySegment> operator) {
        var fast = randomFloats(count, spread);
        var slow = arena.allocate(4L * count).copyFrom(fast);
        operator.accept(vector, fast);
        operator.accept(scalar, slow);
        for (int i = 0; i < count; i++) {
            double expected = at(slow, i);
            double slack = ELEMENTWISE_TOLERANCE * Math.max(Math.abs(expected), 1);
            assertThat((double) at(fast, i)).as("value %d", i).isBetween(expected - slack, expected + slack);
        }
    }

    private MemorySegment randomFloats(int count, double spread) {
        var floats = arena.allocate(4L * count);
        for (int i = 0; i < count; i++) {
            floats.set(LittleEndian.FLOAT, 4L * i, (float) (spread * random.nextGaussian()));
        }
        return floats;
    }

    private static float at(MemorySegment floats, long index) {
        return floats.get(LittleEndian.FLOAT, 4 * index);
    }
}
