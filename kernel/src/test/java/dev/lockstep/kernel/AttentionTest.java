package dev.lockstep.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.kernel.internal.scalar.KvCells;
import dev.lockstep.kernel.internal.scalar.ScalarKernels;
import dev.lockstep.kernel.internal.vector.VectorKernels;
import dev.lockstep.quant.LittleEndian;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.DoubleSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Attention in vectors against its scalar twin, the twin against double arithmetic, and every way to cut the work against the others. */
@Tag("widths")
class AttentionTest {
    private static final long SEED = 0x5EED_0031L;

    /** Relative to the largest value: scores of a few units, whose rounding the exponential passes on. */
    private static final double TOLERANCE = 4e-6;

    /** For scores up to 10⁴, a unit in the last place of which is 10⁻³. */
    private static final double TOLERANCE_OF_EXTREMES = 4e-3;

    private final Arena arena = Arena.ofShared();
    private final SplittableRandom random = new SplittableRandom(SEED);
    private final Kernels vector = new VectorKernels();
    private final Kernels scalar = new ScalarKernels(vector.panelRows());

    @AfterEach
    void free() {
        arena.close();
    }

    @ParameterizedTest
    @EnumSource(KvType.class)
    void everyHeadDimAgrees(KvType type) {
        for (int dim = 8; dim <= 130; dim += 2) {
            agree(problem(type, dim, dim, AttentionSpec.causal(2, dim), 70, 2), TOLERANCE);
        }
    }

    @ParameterizedTest
    @EnumSource(KvType.class)
    void wideUnequalAndOddHeadDimsAgree(KvType type) {
        agree(problem(type, 256, 256, AttentionSpec.causal(2, 256), 66, 2), TOLERANCE);
        agree(problem(type, 192, 128, AttentionSpec.causal(3, 192), 66, 2), TOLERANCE);
        agree(problem(type, 24, 80, AttentionSpec.causal(1, 24), 66, 3), TOLERANCE);
        agree(problem(type, 1, 7, AttentionSpec.causal(2, 1), 66, 2), TOLERANCE);
    }

    @ParameterizedTest
    @EnumSource(KvType.class)
    void everyNumberOfPositionsAgrees(KvType type) {
        for (int positions = 1; positions <= 130; positions++) {
            agree(problem(type, 16, 16, AttentionSpec.causal(2, 16), positions, 1), TOLERANCE);
        }
        agree(problem(type, 16, 16, AttentionSpec.causal(2, 16), 1000, 2), TOLERANCE);
    }

    @ParameterizedTest
    @EnumSource(KvType.class)
    void everyGroupOfHeadsAndTokensAgrees(KvType type) {
        for (int heads = 1; heads <= 8; heads++) {
            for (int tokens = 1; tokens <= 9; tokens++) {
                agree(problem(type, 10, 12, AttentionSpec.causal(heads, 10), 60 + tokens, tokens), TOLERANCE);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(KvType.class)
    void windowsAndSoftCapsAgree(KvType type) {
        for (int window : new int[] {1, 5, 63, 64, 65, 100, 200}) {
            agree(problem(type, 16, 16, new AttentionSpec(2, 0.25f, window, 0), 140, 9), TOLERANCE);
            agree(problem(type, 16, 16, new AttentionSpec(2, 3, window, 2.5f), 140, 9), 2 * TOLERANCE);
        }
    }

    @ParameterizedTest
    @EnumSource(KvType.class)
    void tokensThatSeeLaterOnesAgree(KvType type) {
        for (int positions : new int[] {9, 63, 64, 65, 140}) {
            agree(problem(type, 24, 16, AttentionSpec.bidirectional(1, 24, positions), positions, 9), TOLERANCE);
            agree(problem(type, 16, 16, new AttentionSpec(2, 0.25f, 20, 3, positions), positions, 9), TOLERANCE);
        }
    }

    /** Also checks that a window hides what is outside: the reference does not look there. */
    @ParameterizedTest
    @EnumSource(KvType.class)
    void theTwinIsTheWeightedMean(KvType type) {
        for (int dim : new int[] {8, 33, 64, 130}) {
            for (int positions : new int[] {9, 64, 130}) {
                isTheWeightedMean(problem(type, dim, dim, AttentionSpec.causal(3, dim), positions, 9));
                isTheWeightedMean(problem(type, dim, dim, new AttentionSpec(2, 0.5f, 30, 4), positions, 9));
                isTheWeightedMean(problem(type, dim, dim, AttentionSpec.bidirectional(1, dim, positions), positions, 9));
            }
        }
    }

    private void isTheWeightedMean(AttentionProblem problem) {
        float[] out = problem.solve(scalar, problem.tokens);
        int at = 0;
        for (int token = 0; token < problem.tokens; token++) {
            for (int head = 0; head < problem.spec.heads(); head++) {
                double[] expected = weightedMean(problem, token, head);
                for (int dim = 0; dim < problem.layout.valueDim(); dim++) {
                    assertThat((double) out[at++]).as("%s, token %d, head %d, dim %d", problem, token, head, dim)
                            .isBetween(expected[dim] - 4e-6, expected[dim] + 4e-6);
                }
            }
        }
    }

    /** In doubles, as the formula is written. */
    private static double[] weightedMean(AttentionProblem problem, int token, int head) {
        int position = problem.positions - problem.tokens + token;
        int first = Math.max(0, position - Math.min(problem.spec.window(), problem.positions) + 1);
        double[] mean = new double[problem.layout.valueDim()];
        double sum = 0;
        for (int p = first; p < Math.max(position + 1, problem.spec.seenByAll()); p++) {
            double score = 0;
            for (int dim = 0; dim < problem.layout.keyDim(); dim++) {
                score += (double) problem.query(token, head, dim) * KvCells.key(problem.cache, p, dim);
            }
            score *= problem.spec.scale();
            double cap = problem.spec.softCap();
            double weight = Math.exp(cap == 0 ? score : cap * Math.tanh(score / cap));
            sum += weight;
            for (int dim = 0; dim < mean.length; dim++) {
                mean[dim] += weight * KvCells.value(problem.cache, p, dim);
            }
        }
        double total = sum;
        return Arrays.stream(mean).map(value -> value / total).toArray();
    }

    @ParameterizedTest
    @EnumSource(KvType.class)
    void hugeScoresAgree(KvType type) {
        // queries and keys of ±25 with 16 dimensions: scores from −10⁴ to 10⁴
        DoubleSupplier signs = () -> random.nextBoolean() ? 25 : -25;
        agree(new AttentionProblem(arena, new KvLayout(type, 16, 16), new AttentionSpec(2, 1, 1000, 0), 140, 3, signs),
                TOLERANCE_OF_EXTREMES);
    }

    @ParameterizedTest
    @EnumSource(KvType.class)
    void equalScoresGiveTheMean(KvType type) {
        var problem = new AttentionProblem(arena, new KvLayout(type, 16, 16), AttentionSpec.causal(2, 16), 140, 3, () -> -3);
        for (float value : problem.solve(vector, 3)) {
            assertThat(value).isBetween(-3.00001f, -2.99999f);
        }
    }

    /** Every score is smaller than the one before it, or larger; the sum shrinks at every block, or never. */
    @ParameterizedTest
    @EnumSource(KvType.class)
    void oneDominantScoreTakesAll(KvType type) {
        for (double step : new double[] {30, -30}) {
            var counter = new double[1];
            DoubleSupplier slope = () -> 1 + (counter[0] += step / 32) / 30;
            var problem = new AttentionProblem(arena, new KvLayout(type, 16, 16), new AttentionSpec(1, 1, 1000, 0), 200, 1, slope);
            agree(problem, TOLERANCE_OF_EXTREMES);
            int winner = step * problem.query(0, 0, 0) > 0 ? 199 : 0;
            float[] out = problem.solve(vector, 1);
            for (int dim = 0; dim < 16; dim++) {
                float expected = KvCells.value(problem.cache, winner, dim);
                assertThat(out[dim]).isBetween(expected - 0.01f * Math.abs(expected), expected + 0.01f * Math.abs(expected));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(KvType.class)
    void howTheWorkIsCutDoesNotChangeABit(KvType type) {
        for (var spec : new AttentionSpec[] {AttentionSpec.causal(1, 24), AttentionSpec.causal(3, 24), AttentionSpec.causal(8, 24),
                new AttentionSpec(3, 0.2f, 40, 5), AttentionSpec.bidirectional(1, 24, 135)}) {
            var problem = problem(type, 24, 40, spec, 135, 9);
            for (Kernels kernels : new Kernels[] {vector, scalar}) {
                int[] whole = bits(problem.solve(kernels, 9));
                for (int tokens : new int[] {1, 2, 5, 8}) {
                    assertThat(bits(problem.solve(kernels, tokens))).as("%s, %d at a time", problem, tokens).isEqualTo(whole);
                }
                assertThat(bits(problem.solveHeadByHead(kernels))).as("%s, head by head", problem).isEqualTo(whole);
            }
        }
    }

    /** Weights that underflow to a negative zero's sign: a later token's positions must not turn it. */
    @Test
    void vanishingWeightsDoNotTellHowManyTokensCameAlong() {
        var problem = new AttentionProblem(arena, new KvLayout(KvType.F32, 8, 8), new AttentionSpec(1, 30, 1000, 0), 70, 6,
                () -> random.nextGaussian() * (random.nextInt(4) == 0 ? 1e-30 : 1));
        assertThat(bits(problem.solve(vector, 6))).isEqualTo(bits(problem.solve(vector, 1)));
    }

    @Test
    void aNotANumberInAQueryStaysInItsRow() {
        var problem = problem(KvType.F16, 16, 16, AttentionSpec.causal(1, 16), 66, 3);
        float[] clean = problem.solve(vector, 3);
        problem.q.data().set(LittleEndian.FLOAT, problem.q.offset(1), Float.NaN);
        float[] out = problem.solve(vector, 3);
        for (int i = 0; i < out.length; i++) {
            if (i / 16 == 1) {
                assertThat(out[i]).isNaN();
            } else {
                assertThat(out[i]).isEqualTo(clean[i]);
            }
        }
    }

    private AttentionProblem problem(KvType type, int keyDim, int valueDim, AttentionSpec spec, int positions, int tokens) {
        return new AttentionProblem(arena, new KvLayout(type, keyDim, valueDim), spec, positions, tokens, random);
    }

    private void agree(AttentionProblem problem, double tolerance) {
        float[] fast = problem.solve(vector, problem.tokens);
        float[] slow = problem.solve(scalar, problem.tokens);
        double largest = IntStream.range(0, slow.length).mapToDouble(i -> Math.abs(slow[i])).max().orElseThrow();
        for (int i = 0; i < slow.length; i++) {
            double slack = tolerance * Math.max(1, largest);
            assertThat((double) fast[i]).as("%s, number %d", problem, i).isBetween(slow[i] - slack, slow[i] + slack);
        }
    }

    private static int[] bits(float[] values) {
        return IntStream.range(0, values.length).map(i -> Float.floatToRawIntBits(values[i])).toArray();
    }
}
