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
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Matrix products at the width this JVM was started with: the vector kernels against the scalar ones, to the last bit. */
@Tag("widths")
class MatMulParityTest {
    private static final long SEED = 0x5EED_0007L;
    /** More than one tile of either kind, and no whole number of them. */
    private static final int TOKENS = 15;

    private final Arena arena = Arena.ofShared();
    private final SplittableRandom random = new SplittableRandom(SEED);
    private final Kernels vector = new VectorKernels();
    private final Kernels scalar = new ScalarKernels(vector.panelRows());

    @AfterEach
    void free() {
        arena.close();
    }

    static Stream<DType> types() {
        return Arrays.stream(DType.values()).filter(DType::isComputable);
    }

    static Stream<Arguments> matrices() {
        return types().flatMap(type -> Stream.concat(
                Stream.of(1, 15, 16, 17, 33, 64, 65, 130).map(rows -> Arguments.of(type, rows, 2 * type.blockElements())),
                columns(type).mapToObj(columns -> Arguments.of(type, 35, columns))));
    }

    /** All small sizes, and those around the edges of chunks and of the stretches in which kernels work. */
    private static IntStream columns(DType type) {
        int block = type.blockElements();
        return block == 1
                ? IntStream.concat(IntStream.rangeClosed(1, 34), IntStream.of(63, 64, 65, 100, 127, 128, 129, 255, 257, 896, 1537))
                : IntStream.of(1, 2, 3, 5, 8, 9, 28, 47).map(blocks -> blocks * block).filter(columns -> columns <= 9 * 256);
    }

    @ParameterizedTest
    @MethodSource("matrices")
    void vectorAndScalarAgreeToTheLastBit(DType type, int rows, int columns) {
        var weights = randomMatrix(type, rows, columns);
        agree(weights, randomRows(TOKENS, columns), TOKENS);
        agree(weights, randomRows(1, columns), 1);
    }

    private void agree(PanelMatrix weights, MemorySegment x, int tokens) {
        var fast = multiply(vector, weights, x, tokens);
        var slow = multiply(scalar, weights, x, tokens);
        for (int token = 0; token < tokens; token++) {
            for (int row = 0; row < weights.rows(); row++) {
                assertThat(bits(fast, token, row)).as("token %d of %d, row %d", token, tokens, row).isEqualTo(bits(slow, token, row));
            }
        }
    }

    /** One token alone gives what it gives among others. */
    @ParameterizedTest
    @MethodSource("types")
    void theResultOfATokenDoesNotDependOnTheOthers(DType type) {
        int columns = 3 * Math.max(100, type.blockElements());
        columns -= columns % type.blockElements();
        var weights = randomMatrix(type, 70, columns);
        var x = randomRows(TOKENS, columns);
        var together = multiply(vector, weights, x, TOKENS);
        for (int token = 0; token < TOKENS; token++) {
            var alone = multiply(vector, weights, x.asSlice(4L * token * columns, 4L * columns), 1);
            for (int row = 0; row < 70; row++) {
                assertThat(bits(alone, 0, row)).as("token %d, row %d", token, row).isEqualTo(bits(together, token, row));
            }
        }
    }

    /** The scalar twin itself against double arithmetic on decoded weights, relative to Σ|w·a|. */
    @ParameterizedTest
    @MethodSource("matrices")
    void productsAreWithinTheBoundOfTheirRounding(DType type, int rows, int columns) {
        var weights = randomMatrix(type, rows, columns);
        var x = randomRows(1, columns);
        var y = multiply(vector, weights, x, 1);
        var decoded = arena.allocate(4L * columns);
        var scratch = arena.allocate(weights.layout().rowBytes());
        for (int row = 0; row < rows; row++) {
            weights.decodeRow(row, decoded, 0, scratch, Arena.ofAuto().allocate(weights.layout().scratchBytes()));
            double sum = 0;
            double magnitude = 0;
            double rounding = 0;
            for (int column = 0; column < columns; column++) {
                double product = (double) at(decoded, column) * at(x, column);
                sum += product;
                magnitude += Math.abs(product);
                rounding += Math.abs(at(decoded, column)) * halfStep(type, x, column, columns);
            }
            // offsets and scaled quants are added apart, and each may be much larger than their sum
            double slack = 1e-6 * magnitude + 1.001 * rounding + 1e-30 + (Kernels.isInteger(type) ? 1e-5 * magnitude : 0);
            assertThat((double) at(y.data(), row)).as("row %d", row).isBetween(sum - slack, sum + slack);
        }
    }

    /**
     * The most by which rounding to 8 bits changes an activation: half a step, which is the largest of its block over 127, or as
     * much more as it takes for the magnitudes to add up to no more than they may.
     */
    private static double halfStep(DType type, MemorySegment x, int column, int columns) {
        if (!Kernels.isInteger(type)) {
            return 0;
        }
        double max = 0;
        double sum = 0;
        for (int i = column / 32 * 32; i < Math.min(columns, column / 32 * 32 + 32); i++) {
            max = Math.max(max, Math.abs(at(x, i)));
            sum += Math.abs(at(x, i));
        }
        double step = max / 127;
        return Math.max(step, (sum + 32 * step) / (Activations.MAX_BLOCK_MAGNITUDE - 17)) / 2;
    }

    @ParameterizedTest
    @EnumSource(value = DType.class, names = {"F16", "BF16"})
    void everySixteenBitValueIsReadExactly(DType type) {
        var weights = matrix(type, 1 << 16, 1, rows -> {
            for (int i = 0; i < 1 << 16; i++) {
                rows.set(LittleEndian.SHORT, 2L * i, (short) i);
            }
        });
        var one = arena.allocate(4);
        one.set(LittleEndian.FLOAT, 0, 1f);
        var y = multiply(vector, weights, one, 1);
        for (int i = 0; i < 1 << 16; i++) {
            float expected = type == DType.F16 ? Float.float16ToFloat((short) i) : Float.intBitsToFloat(i << 16);
            // adding to the zero that the sum starts from turns -0 into +0
            assertThat(Float.compare(at(y.data(), i), expected + 0f)).as("%04x", i).isZero();
        }
    }

    static Stream<DType> blockTypes() {
        return types().filter(type -> type.blockElements() > 1);
    }

    /** Sums of the largest quants and activations must not leave their 16 bits. */
    @ParameterizedTest
    @MethodSource("blockTypes")
    void extremeQuantsScalesAndActivationsAgree(DType type) {
        for (int fill : new int[] {0x00, 0x7F, 0x80, 0xFF, 0x0F, 0xF0, 0x55, 0xAA}) {
            for (float scale : new float[] {65504f, 0x1p-24f, -1f, 0f}) {
                var weights = matrix(type, 17, 512, rows -> {
                    rows.fill((byte) fill);
                    setScales(type, rows, () -> scale);
                });
                for (float extreme : new float[] {1f, -1f, 1e-30f, 3e4f, 0f}) {
                    var x = arena.allocate(4L * 512 * TOKENS);
                    for (int i = 0; i < 512 * TOKENS; i++) {
                        boolean sameSigns = i % 512 < 300 && i / 512 % 3 != 1;
                        x.set(LittleEndian.FLOAT, 4L * i, sameSigns || i % 2 == 0 ? extreme : -extreme);
                    }
                    agree(weights, x, TOKENS);
                    agree(weights, x, 2);
                    agree(weights, x, 1);
                }
            }
        }
    }

    /** No sound model has them; a broken one must give the same nonsense everywhere. */
    @ParameterizedTest
    @MethodSource("blockTypes")
    void scalesThatAreNotFiniteAgree(DType type) {
        for (float broken : new float[] {Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.NaN}) {
            int[] count = {0};
            var weights = matrix(type, 70, 512, rows -> {
                rows.fill((byte) 0x21);
                // one scale of some fifty, in rows of either panel
                setScales(type, rows, () -> count[0]++ % 53 == 17 ? broken : 0.5f);
            });
            for (int tokens : new int[] {1, 2, TOKENS}) {
                var x = randomRows(tokens, 512);
                var fast = multiply(vector, weights, x, tokens);
                var slow = multiply(scalar, weights, x, tokens);
                for (int i = 0; i < 70 * tokens; i++) {
                    float expected = Float.intBitsToFloat(bits(slow, i / 70, i % 70));
                    float actual = Float.intBitsToFloat(bits(fast, i / 70, i % 70));
                    assertThat(Float.compare(actual, expected)).as("%s, token %d of %d, row %d: %s, %s", broken, i / 70, tokens, i % 70,
                            actual, expected).isZero();
                }
            }
        }
    }

    /** A token whose activations are broken must not spoil those that share numbers with it. */
    @ParameterizedTest
    @MethodSource("types")
    void aBrokenTokenStaysAlone(DType type) {
        int columns = Math.max(64, type.blockElements());
        var weights = randomMatrix(type, 40, columns);
        var x = randomRows(TOKENS, columns);
        var whole = multiply(vector, weights, x, TOKENS);
        for (int broken : new int[] {1, 5, 12}) {
            x.set(LittleEndian.FLOAT, 4L * (broken * columns + 3), broken == 5 ? Float.NaN : Float.POSITIVE_INFINITY);
        }
        var spoilt = multiply(vector, weights, x, TOKENS);
        for (int token = 0; token < TOKENS; token++) {
            boolean broken = token == 1 || token == 5 || token == 12;
            for (int row = 0; row < 40; row++) {
                if (!broken) {
                    assertThat(bits(spoilt, token, row)).as("token %d, row %d", token, row).isEqualTo(bits(whole, token, row));
                } else if (Kernels.isInteger(type)) {
                    assertThat(Float.intBitsToFloat(bits(spoilt, token, row))).as("token %d, row %d", token, row).isNaN();
                }
            }
        }
    }

    @Test
    void aPanelRangeTouchesOnlyItsRows() {
        int panelRows = vector.panelRows();
        var weights = randomMatrix(DType.F32, 3 * panelRows, 8);
        var x = prepared(vector, weights, randomRows(1, 8), 1);
        var y = FloatRows.allocate(arena, 1, 3 * panelRows, panelRows);
        y.data().fill((byte) 0x55);
        vector.matMul(weights, 1, 2, x, y, 1, scratch(weights, 1));
        var whole = FloatRows.allocate(arena, 1, 3 * panelRows, panelRows);
        vector.matMul(weights, 0, 3, x, whole, 1, scratch(weights, 1));
        for (int row = 0; row < 3 * panelRows; row++) {
            int expected = row / panelRows == 1 ? bits(whole, 0, row) : 0x5555_5555;
            assertThat(bits(y, 0, row)).isEqualTo(expected);
        }
    }

    private FloatRows multiply(Kernels kernels, PanelMatrix weights, MemorySegment x, int tokens) {
        var y = FloatRows.allocate(arena, tokens, (int) weights.rows(), kernels.panelRows());
        kernels.matMul(weights, 0, weights.layout().panels(), prepared(kernels, weights, x, tokens), y, tokens,
                scratch(weights, tokens));
        return y;
    }

    private Activations prepared(Kernels kernels, PanelMatrix weights, MemorySegment x, int tokens) {
        int columns = (int) weights.columns();
        var activations = Activations.allocate(arena, tokens, columns, kernels.panelRows(), List.of(weights.type()));
        for (int token = 0; token < tokens; token++) {
            MemorySegment.copy(x, 4L * token * columns, activations.rows().data(), activations.rows().offset(token), 4L * columns);
        }
        kernels.prepare(activations, 0, Activations.tiles(tokens), tokens);
        return activations;
    }

    /** Holds garbage: a kernel must not rely on what it finds there. */
    private MatMulScratch scratch(PanelMatrix weights, int tokens) {
        var scratch = MatMulScratch.allocate(arena, weights.columns(), tokens, vector.panelRows());
        for (var part : List.of(scratch.weights(), scratch.shorts(), scratch.scales(), scratch.multiples(), scratch.offsets(),
                scratch.factors(), scratch.offsetFactors(), scratch.sums(), scratch.part(), scratch.results())) {
            part.fill((byte) 0x7F);
        }
        return scratch;
    }

    private PanelMatrix randomMatrix(DType type, int rows, int columns) {
        return matrix(type, rows, columns, encoded -> {
            if (type.blockElements() == 1) {
                var floats = randomRows(rows, columns);
                type.codec().orElseThrow().encode(floats, 0, encoded, 0, (long) rows * columns);
            } else {
                for (long i = 0; i < encoded.byteSize(); i++) {
                    encoded.set(LittleEndian.BYTE, i, (byte) random.nextInt());
                }
                setScales(type, encoded, () -> (float) random.nextGaussian());
            }
        });
    }

    private interface ScaleSource {
        float next();
    }

    /** Scales and minima are the only bytes of a block that must not be just anything. */
    private static void setScales(DType type, MemorySegment encoded, ScaleSource scales) {
        int[] places = switch (type) {
            case Q4_1, Q5_1, Q4_K, Q5_K -> new int[] {0, 2};
            case Q2_K -> new int[] {80, 82};
            case Q3_K -> new int[] {108};
            case Q6_K -> new int[] {208};
            case MXFP4 -> new int[] {};
            default -> new int[] {0};
        };
        for (long block = 0; block < encoded.byteSize(); block += type.blockBytes()) {
            for (int place : places) {
                encoded.set(LittleEndian.SHORT, block + place, Float.floatToFloat16(scales.next()));
            }
            if (type == DType.MXFP4) {
                encoded.set(LittleEndian.BYTE, block, (byte) (127 + Math.getExponent(scales.next() + 1e-20f) / 4));
            }
        }
    }

    private PanelMatrix matrix(DType type, int rows, int columns, Consumer<MemorySegment> fill) {
        var layout = new PanelLayout(type, rows, columns, vector.panelRows());
        var encoded = arena.allocate(rows * layout.rowBytes());
        fill.accept(encoded);
        var panels = arena.allocate(layout.allocationBytes(), 64);
        for (long panel = 0; panel < layout.panels(); panel++) {
            long from = panel * layout.panelRows() * layout.rowBytes();
            layout.pack(panel, encoded.asSlice(from, layout.rowsIn(panel) * layout.rowBytes()), panels, Arena.ofAuto().allocate(layout.scratchBytes()));
        }
        return new PanelMatrix(layout, panels);
    }

    private MemorySegment randomRows(int rows, int columns) {
        var floats = arena.allocate(4L * rows * columns);
        for (int i = 0; i < rows * columns; i++) {
            floats.set(LittleEndian.FLOAT, 4L * i, (float) random.nextGaussian());
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
