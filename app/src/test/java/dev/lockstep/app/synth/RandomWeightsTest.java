package dev.lockstep.app.synth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.kernel.WorkerPool;
import dev.lockstep.loader.GgufTensor;
import dev.lockstep.quant.DType;
import dev.lockstep.quant.LittleEndian;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The weights are what a model's weights are like, and the same for ever. */
class RandomWeightsTest {
    private static final long SEED = 0x5717_0001L;
    private static final long COLUMNS = 1536;
    private static final long ROWS = 300;

    static Stream<DType> types() {
        return Arrays.stream(DType.values()).filter(SyntheticModel::supports);
    }

    static Stream<DType> typesWithCodec() {
        return types().filter(type -> type.codec().isPresent());
    }

    private static MemorySegment weights(Arena arena, DType type, String name, long seed, int threads, int slicesPerPiece) {
        GgufTensor matrix = GgufTensor.matrix(name, type, ROWS, COLUMNS);
        var weights = new RandomWeights(matrix, seed);
        MemorySegment all = arena.allocate(matrix.byteSize(), 64);
        long pieceBytes = slicesPerPiece * weights.sliceBytes();
        try (var pool = new WorkerPool(threads)) {
            for (long at = 0; at < all.byteSize(); at += pieceBytes) {
                weights.fill(all.asSlice(at, Math.min(pieceBytes, all.byteSize() - at)), at, pool);
            }
        }
        return all;
    }

    /** 460,800 weights: their deviation is known to 0.2 %, or 2 % where blocks of 256 share a scale. */
    @ParameterizedTest
    @MethodSource("typesWithCodec")
    void weightsLieAroundZeroAsWideAsTheirRowIsLong(DType type) {
        try (var arena = Arena.ofShared()) {
            MemorySegment blocks = weights(arena, type, "blk.0.ffn_up.weight", SEED, 2, 4);
            MemorySegment floats = arena.allocate(ROWS * COLUMNS * Float.BYTES, 64);
            type.codec().orElseThrow().decode(blocks, 0, floats, 0, ROWS * COLUMNS / type.blockElements());
            double sum = 0;
            double squares = 0;
            for (long i = 0; i < ROWS * COLUMNS; i++) {
                double weight = floats.get(LittleEndian.FLOAT, i * Float.BYTES);
                assertThat(weight).isFinite();
                sum += weight;
                squares += weight * weight;
            }
            double deviation = Math.sqrt(squares / (ROWS * COLUMNS));
            assertThat(deviation * Math.sqrt(COLUMNS)).isCloseTo(1, within(0.02));
            assertThat(sum / (ROWS * COLUMNS) / deviation).isCloseTo(0, within(0.02));
        }
    }

    @ParameterizedTest
    @MethodSource("types")
    void threadsAndPiecesDoNotChangeAByte(DType type) {
        try (var arena = Arena.ofShared()) {
            MemorySegment expected = weights(arena, type, "output.weight", SEED, 1, 1);
            assertThat(weights(arena, type, "output.weight", SEED, 3, 2).mismatch(expected)).isEqualTo(-1);
            assertThat(weights(arena, type, "output.weight", SEED, 2, 1000).mismatch(expected)).isEqualTo(-1);
        }
    }

    /** A benchmark of last year must still be about the same file. */
    @Test
    void theBytesOfASeedAreFixed() {
        try (var arena = Arena.ofShared()) {
            MemorySegment bytes = weights(arena, DType.Q8_0, "token_embd.weight", 1, 1, 1);
            assertThat(bytes.get(LittleEndian.LONG, 2)).isEqualTo(-3_010_570_931_713_796_069L);
        }
    }

    @Test
    void tensorsAndSeedsDiffer() {
        try (var arena = Arena.ofShared()) {
            MemorySegment one = weights(arena, DType.Q4_0, "blk.0.attn_q.weight", SEED, 1, 1);
            MemorySegment other = weights(arena, DType.Q4_0, "blk.1.attn_q.weight", SEED, 1, 1);
            MemorySegment reseeded = weights(arena, DType.Q4_0, "blk.0.attn_q.weight", SEED + 1, 1, 1);
            assertThat(equalBytes(one, other)).isLessThan(one.byteSize() / 32);
            assertThat(equalBytes(one, reseeded)).isLessThan(one.byteSize() / 32);
        }
    }

    private static long equalBytes(MemorySegment a, MemorySegment b) {
        long equal = 0;
        for (long at = 0; at < a.byteSize(); at++) {
            equal += a.get(LittleEndian.BYTE, at) == b.get(LittleEndian.BYTE, at) ? 1 : 0;
        }
        return equal;
    }

    @Test
    void noQuantIsLowerThanTheReferenceMakesIt() {
        try (var arena = Arena.ofShared()) {
            MemorySegment blocks = weights(arena, DType.Q8_0, "x", SEED, 1, 1);
            boolean[] seen = new boolean[256];
            for (long at = 0; at < blocks.byteSize(); at++) {
                if (at % DType.Q8_0.blockBytes() >= Short.BYTES) {
                    seen[blocks.get(LittleEndian.BYTE, at) + 128] = true;
                }
            }
            assertThat(seen[0]).as("-128").isFalse();
            assertThat(Arrays.copyOfRange(seen, 1, 256)).doesNotContain(false);
        }
    }
}
