package dev.lockstep.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.kernel.internal.scalar.ScalarKernels;
import dev.lockstep.kernel.internal.vector.VectorKernels;
import dev.lockstep.quant.DType;
import dev.lockstep.quant.LittleEndian;
import dev.lockstep.quant.PanelLayout;
import dev.lockstep.quant.PanelMatrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Each vector kernel against its scalar twin, at the width this JVM was started with. */
class KernelParityTest {
    private static final long SEED = 0x5EED_0003L;

    /** exp by polynomial and sums in another order: a few units in the last place. */
    private static final double ELEMENTWISE_TOLERANCE = 2e-6;

    private final Arena arena = Arena.ofConfined();
    private final SplittableRandom random = new SplittableRandom(SEED);
    private final Kernels vector = new VectorKernels();
    private final Kernels scalar = new ScalarKernels(vector.panelRows());

    @AfterEach
    void free() {
        arena.close();
    }

    static Stream<Arguments> matrices() {
        return Arrays.stream(DType.values()).filter(DType::isComputable).flatMap(type ->
                Stream.of(1, 15, 16, 17, 33, 64, 130).flatMap(rows ->
                        Stream.of(1, 2, 7, 300).filter(n -> n < 300 || rows == 17).map(blocks -> Arguments.of(type, rows, blocks * type.blockElements()))));
    }

    @ParameterizedTest
    @MethodSource("matrices")
    void matMulIsTheSameToTheLastBit(DType type, int rows, int columns) {
        int tokens = 3;
        var weights = randomMatrix(type, rows, columns);
        var x = randomRows(tokens, columns);
        var fast = multiply(vector, weights, x, tokens);
        var slow = multiply(scalar, weights, x, tokens);
        for (int token = 0; token < tokens; token++) {
            for (int row = 0; row < rows; row++) {
                assertThat(bits(fast, token, row)).as("token %d row %d", token, row).isEqualTo(bits(slow, token, row));
            }
        }
    }

    /** The scalar twin itself against double arithmetic on decoded weights, relative to Σ|w·a|. */
    @ParameterizedTest
    @MethodSource("matrices")
    void matMulIsTheSumOfProducts(DType type, int rows, int columns) {
        var weights = randomMatrix(type, rows, columns);
        var x = randomRows(1, columns);
        var y = multiply(vector, weights, x, 1);
        var decoded = arena.allocate(4L * columns);
        var scratch = arena.allocate(weights.layout().rowBytes());
        for (int row = 0; row < rows; row++) {
            weights.decodeRow(row, decoded, 0, scratch);
            double sum = 0;
            double magnitude = 0;
            for (int column = 0; column < columns; column++) {
                double product = (double) at(decoded, column) * at(x.data(), column);
                sum += product;
                magnitude += Math.abs(product);
            }
            assertThat((double) at(y.data(), row)).isBetween(sum - 1e-6 * magnitude - 1e-30, sum + 1e-6 * magnitude + 1e-30);
        }
    }

    @ParameterizedTest
    @EnumSource(value = DType.class, names = {"F16", "BF16"})
    void everySixteenBitValueIsReadExactly(DType type) {
        var weights = matrix(type, 1 << 16, 1, rows -> {
            for (int i = 0; i < 1 << 16; i++) {
                rows.set(LittleEndian.SHORT, 2L * i, (short) i);
            }
        });
        var one = new FloatRows(arena.allocate(4), 1, 1, 1);
        one.data().set(LittleEndian.FLOAT, 0, 1f);
        var y = multiply(vector, weights, one, 1);
        for (int i = 0; i < 1 << 16; i++) {
            float expected = type == DType.F16 ? Float.float16ToFloat((short) i) : Float.intBitsToFloat(i << 16);
            // adding to the zero that the sum starts from turns -0 into +0
            assertThat(Float.compare(at(y.data(), i), expected + 0f)).as("%04x", i).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(value = DType.class, names = {"Q8_0", "Q4_0"})
    void extremeQuantsAgree(DType type) {
        int blockBytes = type.blockBytes();
        for (int fill : new int[] {0x00, 0x7F, 0x80, 0xFF, 0x0F, 0xF0}) {
            var weights = matrix(type, 17, 64, rows -> {
                rows.fill((byte) fill);
                for (long block = 0; block < rows.byteSize() / blockBytes; block++) {
                    rows.set(LittleEndian.SHORT, block * blockBytes, Float.floatToFloat16(block % 2 == 0 ? 65504f : 0x1p-24f));
                }
            });
            var x = randomRows(1, 64);
            var fast = multiply(vector, weights, x, 1);
            var slow = multiply(scalar, weights, x, 1);
            for (int row = 0; row < 17; row++) {
                assertThat(bits(fast, 0, row)).isEqualTo(bits(slow, 0, row));
            }
        }
    }

    @Test
    void matMulOfAPanelRangeTouchesOnlyItsRows() {
        int panelRows = vector.panelRows();
        var weights = randomMatrix(DType.F32, 3 * panelRows, 8);
        var x = randomRows(1, 8);
        var y = FloatRows.allocate(arena, 1, 3 * panelRows, panelRows);
        y.data().fill((byte) 0x55);
        vector.matMul(weights, 1, 2, x, y, 1, scratch(weights));
        var whole = multiply(vector, weights, x, 1);
        for (int row = 0; row < 3 * panelRows; row++) {
            int expected = row / panelRows == 1 ? bits(whole, 0, row) : 0x5555_5555;
            assertThat(bits(y, 0, row)).isEqualTo(expected);
        }
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
    void softmaxAgreesAndSumsToOne(int count) {
        compare(count, 20, (kernels, x) -> kernels.softmax(x, 0, count));
        var x = randomFloats(count, 20);
        vector.softmax(x, 0, count);
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += at(x, i);
        }
        assertThat(sum).isBetween(1 - 1e-5, 1 + 1e-5);
    }

    @ParameterizedTest
    @MethodSource("counts")
    void swiGluAgrees(int count) {
        var up = randomFloats(count, 1);
        compare(count, 10, (kernels, x) -> kernels.swiGlu(x, 0, up, 0, count));
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

    static Stream<Arguments> heads() {
        return Stream.of(8, 24, 32, 64, 80, 128).flatMap(dim ->
                Stream.of(1, 2, 7, 16, 33, 100).map(positions -> Arguments.of(dim, positions)));
    }

    @ParameterizedTest
    @MethodSource("heads")
    void attentionAgrees(int dim, int positions) {
        var cache = new CachedHead(randomFloats(dim * positions, 1), 0, dim, randomFloats(dim * positions, 1), 0, dim,
                positions, (float) (1 / Math.sqrt(dim)));
        var scores = arena.allocate(4L * positions);
        compare(dim, 1, (kernels, x) -> kernels.attention(x, 0, cache, scores, 0, x, 0));
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

    private FloatRows multiply(Kernels kernels, PanelMatrix weights, FloatRows x, int tokens) {
        var y = FloatRows.allocate(arena, tokens, (int) weights.rows(), kernels.panelRows());
        kernels.matMul(weights, 0, weights.layout().panels(), x, y, tokens, scratch(weights));
        return y;
    }

    /** Holds garbage: a kernel must not rely on what it finds there. */
    private MemorySegment scratch(PanelMatrix weights) {
        return arena.allocate(vector.matMulScratchBytes(weights.layout()), 64).fill((byte) 0x7F);
    }

    private PanelMatrix randomMatrix(DType type, int rows, int columns) {
        return matrix(type, rows, columns, encoded -> {
            var floats = randomFloats(rows * columns, 1);
            type.codec().orElseThrow().encode(floats, 0, encoded, 0, (long) rows * columns / type.blockElements());
        });
    }

    private PanelMatrix matrix(DType type, int rows, int columns, Consumer<MemorySegment> fill) {
        var layout = new PanelLayout(type, rows, columns, vector.panelRows());
        var encoded = arena.allocate(rows * layout.rowBytes());
        fill.accept(encoded);
        var panels = arena.allocate(layout.allocationBytes(), 64);
        for (long panel = 0; panel < layout.panels(); panel++) {
            long from = panel * layout.panelRows() * layout.rowBytes();
            layout.pack(panel, encoded.asSlice(from, layout.rowsIn(panel) * layout.rowBytes()), panels);
        }
        return new PanelMatrix(layout, panels);
    }

    private FloatRows randomRows(int rows, int columns) {
        return new FloatRows(randomFloats(rows * columns, 1), rows, columns, columns);
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

    private static int bits(FloatRows y, int row, int column) {
        return y.data().get(LittleEndian.INT, y.offset(row) + 4L * column);
    }
}
