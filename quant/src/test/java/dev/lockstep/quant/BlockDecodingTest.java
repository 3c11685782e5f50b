package dev.lockstep.quant;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class BlockDecodingTest {
    private static final long SEED = 0x5EED_0003L;

    static Stream<DType> quantized() {
        return Arrays.stream(DType.values()).filter(type -> type.isComputable() && type.blockElements() > 1);
    }

    /** Any bytes are a valid block, so random bytes reach every bit of it. */
    @ParameterizedTest
    @MethodSource("quantized")
    void everyBitIsReadWhereTheFormatHasIt(DType type) {
        var random = new SplittableRandom(SEED);
        for (int round = 0; round < 50; round++) {
            byte[] blocks = new byte[3 * type.blockBytes()];
            random.nextBytes(blocks);
            float[] decoded = decode(type, blocks);
            for (int i = 0; i < decoded.length; i++) {
                int block = i / type.blockElements();
                byte[] bytes = Arrays.copyOfRange(blocks, block * type.blockBytes(), (block + 1) * type.blockBytes());
                float expected = (float) FileBlocks.value(type, bytes, i % type.blockElements());
                // ==, because 0 and -0 are as good as each other; scales may be NaN
                assertThat(decoded[i] == expected || Float.isNaN(decoded[i]) && Float.isNaN(expected))
                        .as("round %d, value %d: %s, not %s", round, i, decoded[i], expected).isTrue();
            }
        }
    }

    @Test
    void q4_1IsScaleTimesNibblePlusMinimum() {
        // d = 0.5, m = -1; byte 0 holds q[0] = 3 and q[16] = 14
        byte[] block = HexFormat.of().parseHex("003800bc" + "e3" + "00".repeat(15));
        float[] decoded = decode(DType.Q4_1, block);
        assertThat(decoded[0]).isEqualTo(0.5f);
        assertThat(decoded[16]).isEqualTo(6f);
        assertThat(decoded[1]).isEqualTo(-1f);
    }

    @Test
    void q6KCountsFromMinus32() {
        // q = 0 everywhere, scale 0 is -2, the others 1, d = 0.25
        byte[] block = HexFormat.of().parseHex("00".repeat(192) + "fe" + "01".repeat(15) + "0034");
        float[] decoded = decode(DType.Q6_K, block);
        assertThat(decoded[15]).isEqualTo(16f);
        assertThat(decoded[16]).isEqualTo(-8f);
    }

    @Test
    void aSetHighBitOfQ3KMeansDoNotSubtractFour() {
        // value 0 has its high bit, value 1 has not; all lower bits 0; scales 33 - 32 = 1, d = 1
        byte[] block = HexFormat.of().parseHex("01" + "00".repeat(31) + "00".repeat(64) + "11".repeat(8) + "aa".repeat(4) + "003c");
        float[] decoded = decode(DType.Q3_K, block);
        assertThat(decoded[0]).isZero();
        assertThat(decoded[1]).isEqualTo(-4f);
    }

    @ParameterizedTest
    @CsvSource({"127, 6.0", "128, 12.0", "0, 0x1.8p-125", "1, 0x1.8p-124", "255, Infinity"})
    void mxfp4ScalesAreAllPowersOfTwo(int exponent, float largest) {
        byte[] block = new byte[17];
        block[0] = (byte) exponent;
        block[1] = 0x78;
        float[] decoded = decode(DType.MXFP4, block);
        assertThat(decoded[16]).isEqualTo(largest);
        assertThat(Float.floatToRawIntBits(decoded[0])).isZero();
    }

    private static float[] decode(DType type, byte[] blocks) {
        try (var arena = Arena.ofConfined()) {
            // not at the beginning, so that offsets count
            MemorySegment source = arena.allocate(blocks.length + 3L);
            MemorySegment.copy(blocks, 0, source, ValueLayout.JAVA_BYTE, 3, blocks.length);
            long count = blocks.length / type.blockBytes();
            MemorySegment target = arena.allocate((count * type.blockElements() + 1) * Float.BYTES);
            type.codec().orElseThrow().decode(source, 3, target, Float.BYTES, count);
            return target.asSlice(Float.BYTES).toArray(LittleEndian.FLOAT);
        }
    }
}
