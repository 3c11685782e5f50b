package dev.lockstep.models.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.kernel.FloatRows;
import dev.lockstep.models.InferenceException;
import dev.lockstep.quant.LittleEndian;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ExpertRouterTest {
    private static final long SEED = 0x5EED_0E47L;
    private static final float NO = ExpertRouter.NOT_CHOSEN;

    @Test
    void theMostProbableAreChosenWithTheirProbabilities() {
        float[] logits = {(float) Math.log(0.1), (float) Math.log(0.4), (float) Math.log(0.2), (float) Math.log(0.3)};
        assertShares(choose(2, false, 1, logits), NO, 0.4, NO, 0.3);
        assertShares(choose(2, true, 1, logits), NO, 0.4 / 0.7, NO, 0.3 / 0.7);
        assertShares(choose(4, false, 2.5f, logits), 0.25, 1, 0.5, 0.75);
    }

    @Test
    void ofEqualOnesTheFirstAreChosen() {
        assertShares(choose(2, true, 1, 3, 5, 3, 3), 1 / (1 + Math.exp(2)), 1 / (1 + Math.exp(-2)), NO, NO);
        assertShares(choose(3, false, 1, 7, 7, 7, 7), 0.25, 0.25, 0.25, NO);
    }

    @Test
    void anExpertWithoutAChanceMayBeChosenAllTheSame() {
        assertShares(choose(2, true, 1, 0, Float.NEGATIVE_INFINITY, Float.NEGATIVE_INFINITY), 1, 0, NO);
    }

    @Test
    void whatIsNotANumberIsSaid() {
        assertThatThrownBy(() -> choose(1, true, 1, 0, Float.NaN)).isInstanceOf(InferenceException.class).hasMessageContaining("expert");
        assertThatThrownBy(() -> choose(1, true, 1, Float.POSITIVE_INFINITY, 0)).isInstanceOf(InferenceException.class);
    }

    @Test
    void manyExpertsAreChosenAsIfTheyHadBeenSorted() {
        var random = new SplittableRandom(SEED);
        for (int round = 0; round < 200; round++) {
            int count = random.nextInt(1, 200);
            int used = random.nextInt(1, count + 1);
            // few different values, so that there are equal ones
            float[] logits = new float[count];
            for (int expert = 0; expert < count; expert++) {
                logits[expert] = random.nextInt(20) / 4f;
            }
            List<Integer> expected = IntStream.range(0, count).boxed()
                    .sorted(Comparator.comparing((Integer expert) -> -logits[expert])).limit(used).sorted().toList();
            float[] shares = choose(used, true, 1, logits);
            assertThat(IntStream.range(0, count).filter(expert -> shares[expert] != NO).boxed().toList())
                    .as("seed %d, round %d", SEED, round).isEqualTo(expected);
            assertThat(expected.stream().mapToDouble(expert -> shares[expert]).sum()).isCloseTo(1, within(1e-5));
        }
    }

    /** In the second of two rows. */
    private static float[] choose(int used, boolean normalized, float scale, float... logits) {
        try (Arena arena = Arena.ofConfined()) {
            FloatRows rows = FloatRows.allocate(arena, 2, logits.length, 4);
            MemorySegment.copy(MemorySegment.ofArray(logits), 0, rows.data(), rows.offset(1), (long) logits.length * Float.BYTES);
            new ExpertRouter(new ExpertConfig(logits.length, used, normalized, scale, 0, false)).choose(rows, 1);
            return rows.row(1).toArray(LittleEndian.FLOAT);
        }
    }

    private static void assertShares(float[] actual, double... expected) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int expert = 0; expert < expected.length; expert++) {
            assertThat((double) actual[expert]).as("expert %d", expert).isCloseTo(expected[expert], within(1e-6));
        }
    }
}
