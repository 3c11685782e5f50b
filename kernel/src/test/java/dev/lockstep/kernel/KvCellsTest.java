package dev.lockstep.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.kernel.internal.scalar.KvCells;
import dev.lockstep.quant.LittleEndian;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is stored comes back, as exactly as the type allows, and nothing else changes. */
class KvCellsTest {
    private static final long SEED = 0x5EED_0032L;
    private static final int KEY_DIM = 70;
    private static final int VALUE_DIM = 41;
    private static final int POSITIONS = 130;

    private final Arena arena = Arena.ofShared();
    private final SplittableRandom random = new SplittableRandom(SEED);

    @AfterEach
    void free() {
        arena.close();
    }

    @ParameterizedTest
    @EnumSource(KvType.class)
    void everyNumberComesBackAfterAllAreStored(KvType type) {
        CachedHead head = head(type);
        float[][] keys = new float[POSITIONS][KEY_DIM];
        float[][] values = new float[POSITIONS][VALUE_DIM];
        for (int position = 0; position < POSITIONS; position++) {
            fill(keys[position]);
            fill(values[position]);
            assertThat(store(head, position, keys[position], values[position])).isTrue();
        }
        for (int position = 0; position < POSITIONS; position++) {
            for (int dim = 0; dim < KEY_DIM; dim++) {
                isStored(type, keys[position], dim, KvCells.key(head, position, dim));
            }
            for (int dim = 0; dim < VALUE_DIM; dim++) {
                isStored(type, values[position], dim, KvCells.value(head, position, dim));
            }
        }
    }

    private static void isStored(KvType type, float[] numbers, int dim, float stored) {
        float number = numbers[dim];
        float slack = switch (type) {
            case F32 -> 0;
            case F16 -> Math.abs(number) * 0x1p-11f;
            case Q8_0 -> largestInGroup(numbers, dim) / 127 * 0.5001f;
        };
        assertThat(stored).isBetween(number - slack, number + slack);
    }

    private static float largestInGroup(float[] numbers, int dim) {
        float largest = 0;
        for (int i = dim / 32 * 32; i < Math.min(numbers.length, dim / 32 * 32 + 32); i++) {
            largest = Math.max(largest, Math.abs(numbers[i]));
        }
        return largest;
    }

    @ParameterizedTest
    @EnumSource(KvType.class)
    void infinityBecomesTheLargestNumber(KvType type) {
        CachedHead head = head(type);
        float[] key = new float[KEY_DIM];
        key[0] = Float.POSITIVE_INFINITY;
        key[69] = Float.NEGATIVE_INFINITY;
        assertThat(store(head, 77, key, new float[VALUE_DIM])).isTrue();
        assertThat(KvCells.key(head, 77, 0)).isFinite().isCloseTo(type.largest(), Percentage.withPercentage(1e-4));
        assertThat(KvCells.key(head, 77, 69)).isFinite().isCloseTo(-type.largest(), Percentage.withPercentage(1e-4));
        assertThat(KvCells.key(head, 77, 1)).isZero();
    }

    @ParameterizedTest
    @EnumSource(KvType.class)
    void whatIsNotANumberIsReportedAndStoredAsZero(KvType type) {
        CachedHead head = head(type);
        float[] key = new float[KEY_DIM];
        float[] value = new float[VALUE_DIM];
        key[3] = Float.NaN;
        key[4] = 2;
        assertThat(store(head, 5, key, value)).isFalse();
        assertThat(KvCells.key(head, 5, 3)).isZero();
        assertThat(KvCells.key(head, 5, 4)).isEqualTo(2);
        key[3] = 0;
        value[40] = Float.NaN;
        assertThat(store(head, 5, key, value)).isFalse();
        assertThat(KvCells.value(head, 5, 40)).isZero();
    }

    @ParameterizedTest
    @EnumSource(KvType.class)
    void numbersSmallerThanAnyScaleStaySmall(KvType type) {
        CachedHead head = head(type);
        for (float tiny : new float[] {Float.MIN_VALUE, 100 * Float.MIN_VALUE, 190 * Float.MIN_VALUE, Float.MIN_NORMAL, 1e-37f}) {
            float[] value = new float[VALUE_DIM];
            value[7] = tiny;
            value[8] = -tiny;
            assertThat(store(head, 9, new float[KEY_DIM], value)).isTrue();
            assertThat(KvCells.value(head, 9, 7)).isBetween(0f, tiny * 1.00001f);
            assertThat(KvCells.value(head, 9, 8)).isBetween(-tiny * 1.00001f, 0f);
        }
    }

    @Test
    void everySixteenBitNumberIsKept() {
        CachedHead head = head(KvType.F16);
        float[] value = new float[VALUE_DIM];
        for (int i = 0; i < 1 << 16; i++) {
            float number = Float.float16ToFloat((short) i);
            if (Float.isFinite(number)) {
                value[i % VALUE_DIM] = number;
                store(head, i % POSITIONS, new float[KEY_DIM], value);
                assertThat(KvCells.value(head, i % POSITIONS, i % VALUE_DIM)).isEqualTo(number);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(KvType.class)
    void aHeadTakesAsManyBytesAsItsBlocks(KvType type) {
        var layout = new KvLayout(type, 64, 64);
        long perPosition = switch (type) {
            case F32 -> 512;
            case F16 -> 256;
            case Q8_0 -> 144;
        };
        assertThat(layout.byteSize(1)).isEqualTo(64 * perPosition);
        assertThat(layout.byteSize(64)).isEqualTo(64 * perPosition);
        assertThat(layout.byteSize(65)).isEqualTo(128 * perPosition);
        assertThat(layout.byteSize(0)).isZero();
        assertThatThrownBy(() -> layout.byteSize(Long.MAX_VALUE / 2)).isInstanceOf(ArithmeticException.class);
        assertThatIllegalArgumentException().isThrownBy(() -> new KvLayout(type, 0, 1)).withMessageContaining("keyDim=0");
    }

    private CachedHead head(KvType type) {
        var layout = new KvLayout(type, KEY_DIM, VALUE_DIM);
        return new CachedHead(layout, arena.allocate(64 + layout.byteSize(POSITIONS)), 64);
    }

    private boolean store(CachedHead head, int position, float[] key, float[] value) {
        MemorySegment floats = arena.allocate((KEY_DIM + VALUE_DIM) * 4L);
        MemorySegment.copy(key, 0, floats, LittleEndian.FLOAT, 0, KEY_DIM);
        MemorySegment.copy(value, 0, floats, LittleEndian.FLOAT, KEY_DIM * 4L, VALUE_DIM);
        return KernelSelection.kernels().storeKv(head, position, floats, 0, floats, KEY_DIM * 4L);
    }

    private void fill(float[] numbers) {
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (float) (random.nextGaussian() * Math.exp(random.nextGaussian()));
        }
    }
}
