package dev.lockstep.quant;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class BlockCodecTest {
    private static final long SEED = 0x5EED_0001L;

    static Stream<DType> computable() {
        return Arrays.stream(DType.values()).filter(DType::isComputable);
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void numbersAreUniqueAndSizesPositive(DType type) {
        assertThat(DType.ofGgmlId(type.ggmlId())).contains(type);
        assertThat(type.blockBytes()).isPositive();
        assertThat(type.byteSize(3L * type.blockElements())).isEqualTo(3L * type.blockBytes());
    }

    @ParameterizedTest
    @MethodSource("computable")
    void thePanelFormCoversTheWholeBlock(DType type) {
        assertThat(type.panelForm().orElseThrow().blockBytes()).isEqualTo(type.blockBytes());
    }

    /** Largest error over the largest weight of a block: half a step of the type, and what else it rounds. */
    @ParameterizedTest
    @MethodSource("computable")
    void encodingLosesNoMoreThanTheStepsOfTheType(DType type) {
        double step = switch (type) {
            case F32 -> 0;
            case F16 -> 0x1p-11;
            case BF16 -> 0x1p-8;
            // half of 1/127, and the scale itself is rounded to 11 bits
            case Q8_0 -> 0.5 / 127 + 0x1p-11;
            // steps of 1/8; the end opposite to the extreme is clipped from 8 to 7 steps
            case Q4_0 -> 1.0 / 8 + 0x1p-11;
            case Q5_0 -> 1.0 / 16 + 0x1p-11;
            // half of 1/15 of a range that is at most twice the largest; minimum and scale are rounded
            case Q4_1 -> 1.0 / 15 + 3 * 0x1p-11;
            case Q5_1 -> 1.0 / 31 + 3 * 0x1p-11;
            // the widest gap of the table is 24 of 127 levels
            case IQ4_NL -> 12.0 / 104;
            // 6 is the largest of a block that may reach 8
            case MXFP4 -> 2.0 / 8;
            // half a step, and what rounding the scales adds, of which there are 128
            case Q6_K -> 0.5 / 31 + 0.5 / 128;
            // values of both signs share the steps; scales and minima are rounded to 1/63
            case Q5_K -> 1.0 / 31 + 1.0 / 63;
            case Q4_K -> 1.0 / 15 + 2.0 / 63;
            // few steps, so that the search may clip a large value for the good of the others
            case Q3_K -> 1.0 / 4;
            case Q2_K -> 1.0 / 3 + 1.0 / 15;
            default -> throw new AssertionError("state the error of " + type);
        };
        int elements = 64 * type.blockElements();
        try (var arena = Arena.ofConfined()) {
            var values = randomFloats(arena, elements, SEED);
            var decoded = roundTrip(arena, type, values, elements);
            for (int start = 0; start < elements; start += type.blockElements()) {
                double largest = 0;
                for (int i = start; i < start + type.blockElements(); i++) {
                    largest = Math.max(largest, Math.abs(at(values, i)));
                }
                for (int i = start; i < start + type.blockElements(); i++) {
                    assertThat(Math.abs(at(decoded, i) - at(values, i))).isLessThanOrEqualTo((float) (step * largest));
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("computable")
    void zerosStayZeros(DType type) {
        try (var arena = Arena.ofConfined()) {
            var decoded = roundTrip(arena, type, arena.allocate(4L * type.blockElements()), type.blockElements());
            for (int i = 0; i < type.blockElements(); i++) {
                assertThat(at(decoded, i)).isZero();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"Q2_K", "Q3_K", "Q4_K", "Q5_K", "Q6_K"})
    void subBlocksOfZerosBesideOthersStayZeros(DType type) {
        try (var arena = Arena.ofConfined()) {
            var values = randomFloats(arena, 256, SEED);
            values.asSlice(4 * 64, 4 * 32).fill((byte) 0);
            var decoded = roundTrip(arena, type, values, 256);
            for (int i = 64; i < 96; i++) {
                assertThat(at(decoded, i)).isZero();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("computable")
    void encodingDependsOnTheValuesAlone(DType type) {
        int elements = 3 * type.blockElements();
        try (var arena = Arena.ofConfined()) {
            var values = randomFloats(arena, elements + 1, SEED);
            var expected = arena.allocate(type.byteSize(elements));
            type.codec().orElseThrow().encode(values, 4, expected, 0, 3);
            var used = arena.allocate(expected.byteSize() + 2);
            used.fill((byte) 0xFF);
            type.codec().orElseThrow().encode(values, 4, used, 1, 3);
            assertThat(used.asSlice(1, expected.byteSize()).mismatch(expected)).isEqualTo(-1);
            assertThat(used.get(LittleEndian.BYTE, 0)).isEqualTo((byte) 0xFF);
            assertThat(used.get(LittleEndian.BYTE, used.byteSize() - 1)).isEqualTo((byte) 0xFF);
        }
    }

    /** All values the same, very small, or far apart: nothing may overflow or divide by zero. */
    @ParameterizedTest
    @MethodSource("computable")
    void unusualBlocksStayFinite(DType type) {
        int elements = type.blockElements();
        try (var arena = Arena.ofConfined()) {
            for (float scale : new float[] {1e-30f, 1e-12f, 1e4f}) {
                for (int pattern = 0; pattern < 3; pattern++) {
                    var values = arena.allocate(4L * elements);
                    for (int i = 0; i < elements; i++) {
                        float value = pattern == 0 ? scale : pattern == 1 ? -scale : i % 7 == 0 ? scale : 0;
                        values.set(LittleEndian.FLOAT, 4L * i, value);
                    }
                    var decoded = roundTrip(arena, type, values, elements);
                    for (int i = 0; i < elements; i++) {
                        assertThat(Math.abs(at(decoded, i))).isLessThanOrEqualTo(1.3f * Math.max(scale, 1e-4f));
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 0x80, 0x8000, 0x7F80, 0xFF80, 0x7FC0, 0x3F80, 0x0001, 0x8001})
    void everyBf16ValueSurvivesARoundTrip(int upper) {
        assertThat(BF16Codec.fromFloat(BF16Codec.toFloat((short) upper))).isEqualTo((short) upper);
    }

    @Test
    void bf16RoundsToNearestEvenAndKeepsNaN() {
        assertThat(BF16Codec.fromFloat(Float.intBitsToFloat(0x3F80_8000))).isEqualTo((short) 0x3F80);
        assertThat(BF16Codec.fromFloat(Float.intBitsToFloat(0x3F81_8000))).isEqualTo((short) 0x3F82);
        assertThat(BF16Codec.fromFloat(Float.intBitsToFloat(0x3F80_8001))).isEqualTo((short) 0x3F81);
        assertThat(BF16Codec.toFloat(BF16Codec.fromFloat(Float.intBitsToFloat(0x7F80_0001)))).isNaN();
    }

    @Test
    void q8RoundsHalvesAwayFromZero() {
        try (var arena = Arena.ofConfined()) {
            var values = arena.allocate(32 * 4L);
            values.set(LittleEndian.FLOAT, 0, 127f);
            values.set(LittleEndian.FLOAT, 4, -0.5f);
            values.set(LittleEndian.FLOAT, 8, 2.5f);
            var decoded = roundTrip(arena, DType.Q8_0, values, 32);
            assertThat(at(decoded, 1)).isEqualTo(-1f);
            assertThat(at(decoded, 2)).isEqualTo(3f);
        }
    }

    @Test
    void q4KeepsTheExtremeValueOfEitherSign() {
        try (var arena = Arena.ofConfined()) {
            for (float extreme : new float[] {8f, -8f}) {
                var values = arena.allocate(32 * 4L);
                values.set(LittleEndian.FLOAT, 17 * 4L, extreme);
                assertThat(at(roundTrip(arena, DType.Q4_0, values, 32), 17)).isEqualTo(extreme);
            }
        }
    }

    private static MemorySegment roundTrip(Arena arena, DType type, MemorySegment values, int elements) {
        long blocks = elements / type.blockElements();
        var encoded = arena.allocate(type.byteSize(elements));
        var decoded = arena.allocate(4L * elements);
        var codec = type.codec().orElseThrow();
        codec.encode(values, 0, encoded, 0, blocks);
        codec.decode(encoded, 0, decoded, 0, blocks);
        return decoded;
    }

    private static MemorySegment randomFloats(Arena arena, int count, long seed) {
        var random = new SplittableRandom(seed);
        var values = arena.allocate(4L * count);
        for (int i = 0; i < count; i++) {
            values.set(LittleEndian.FLOAT, 4L * i, (float) random.nextGaussian());
        }
        return values;
    }

    private static float at(MemorySegment floats, long index) {
        return floats.get(LittleEndian.FLOAT, 4 * index);
    }
}
