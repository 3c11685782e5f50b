package dev.lockstep.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.kernel.internal.scalar.ScalarKernels;
import dev.lockstep.kernel.internal.vector.VectorKernels;
import dev.lockstep.quant.LittleEndian;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Each vector kernel against its scalar twin, at the width this JVM was started with. */
@Tag("widths")
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
    void layerNormAgrees(int count) {
        var weight = randomFloats(count, 1);
        compare(count, 1, (kernels, x) -> kernels.layerNorm(x, 0, weight, 1e-5f, x, 0, count));
    }

    @ParameterizedTest
    @MethodSource("counts")
    void activationFunctionsAgree(int count) {
        for (ActivationFunction function : ActivationFunction.values()) {
            compare(count, 10, (kernels, x) -> kernels.activate(function, x, 0, count));
        }
    }

    @ParameterizedTest
    @MethodSource("counts")
    void softCapAgrees(int count) {
        compare(count, 10, (kernels, x) -> kernels.softCap(x, 0, 4, count));
    }

    @ParameterizedTest
    @MethodSource("counts")
    void multiplyAgrees(int count) {
        var y = randomFloats(count, 1);
        compare(count, 1, (kernels, x) -> kernels.multiply(x, 0, y, 0, count));
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

    /** The functions pass large values and stop large negative ones. */
    @ParameterizedTest
    @EnumSource(ActivationFunction.class)
    void activationOfHugeValuesIsFinite(ActivationFunction function) {
        var x = floats(64, i -> i % 2 == 0 ? 1e30f : -1e30f);
        vector.activate(function, x, 0, 64);
        for (int i = 0; i < 64; i++) {
            assertThat(at(x, i)).isCloseTo(i % 2 == 0 ? 1e30f : 0f, Offset.offset(1e24f));
        }
    }

    /** Φ(1) and Φ(−2) from a table of the normal distribution; tanh and exp from a calculator. */
    @Test
    void activationFunctionsHaveTheirKnownValues() {
        for (Kernels kernels : List.of(vector, scalar)) {
            hasValues(kernels, ActivationFunction.GELU, 0.8413447461, -0.0455002639);
            hasValues(kernels, ActivationFunction.GELU_TANH, 0.8411919906, -0.0454023059);
            hasValues(kernels, ActivationFunction.SILU, 0.7310585786, -0.2384058440);
        }
    }

    private void hasValues(Kernels kernels, ActivationFunction function, double ofOne, double ofMinusTwo) {
        var x = floats(64, i -> i % 2 == 0 ? 1f : -2f);
        kernels.activate(function, x, 0, 64);
        assertThat((double) at(x, 0)).as("%s of 1", function).isCloseTo(ofOne, Offset.offset(4e-7));
        assertThat((double) at(x, 1)).as("%s of -2", function).isCloseTo(ofMinusTwo, Offset.offset(4e-7));
    }

    @Test
    void softCapOfHugeValuesIsTheCap() {
        var x = floats(64, i -> i % 2 == 0 ? 1e30f : -1e30f);
        vector.softCap(x, 0, 30, 64);
        for (int i = 0; i < 64; i++) {
            assertThat(at(x, i)).isCloseTo(i % 2 == 0 ? 30f : -30f, Offset.offset(1e-5f));
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
        return floats(count, i -> (float) (spread * random.nextGaussian()));
    }

    private MemorySegment floats(int count, IntFunction<Float> value) {
        var floats = arena.allocate(4L * count);
        for (int i = 0; i < count; i++) {
            floats.set(LittleEndian.FLOAT, 4L * i, value.apply(i));
        }
        return floats;
    }

    private static float at(MemorySegment floats, long index) {
        return floats.get(LittleEndian.FLOAT, 4 * index);
    }
}
