package dev.lockstep.models.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.models.InferenceException;
import dev.lockstep.models.Sampling;
import dev.lockstep.quant.LittleEndian;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SamplerTest {
    private static final long SEED = 0x5EED_0020L;
    private static final Sampling FREE = new Sampling(1, 0, 1, 0, SEED, 1, List.of(), Sampling.NO_TIMEOUT);

    private final Arena arena = Arena.ofConfined();

    @AfterEach
    void free() {
        arena.close();
    }

    @Test
    void greedyTakesTheLargestAndTheFirstOfEquals() {
        assertThat(next(Sampling.greedy(), 1, 3, 2, 3)).isEqualTo(1);
        assertThat(next(Sampling.greedy(), Float.NEGATIVE_INFINITY, -5, Float.NEGATIVE_INFINITY)).isEqualTo(1);
    }

    @Test
    void drawingFollowsTheProbabilities() {
        float[] logits = {(float) Math.log(0.5), (float) Math.log(0.3), (float) Math.log(0.2)};
        int[] counts = draw(FREE, logits, 20_000);
        assertThat(counts[0] / 20_000.0).isBetween(0.48, 0.52);
        assertThat(counts[1] / 20_000.0).isBetween(0.28, 0.32);
        assertThat(counts[2] / 20_000.0).isBetween(0.18, 0.22);
    }

    @Test
    void aLowTemperatureSharpens() {
        float[] logits = {1, 0};
        // odds of e^(1/0.25) : 1
        assertThat(draw(FREE.temperature(0.25f), logits, 10_000)[0] / 10_000.0).isBetween(0.97, 0.99);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 10})
    void topKKeepsTheBest(int k) {
        float[] logits = {0, 5, 1, 4, 2, 3};
        assertThat(drawn(FREE.topK(k), logits)).isEqualTo(best(logits, k));
    }

    @Test
    void topPKeepsTheFewestThatReachTheProbability() {
        float[] logits = {(float) Math.log(0.5), (float) Math.log(0.3), (float) Math.log(0.15), (float) Math.log(0.05)};
        assertThat(drawn(FREE.topP(0.4f), logits)).containsExactlyInAnyOrder(0);
        assertThat(drawn(FREE.topP(0.7f), logits)).containsExactlyInAnyOrder(0, 1);
        assertThat(drawn(FREE.topP(0.9f), logits)).containsExactlyInAnyOrder(0, 1, 2);
        assertThat(drawn(FREE, logits)).containsExactlyInAnyOrder(0, 1, 2, 3);
    }

    @Test
    void minPDropsWhatIsImprobableBesideTheBest() {
        float[] logits = {(float) Math.log(0.5), (float) Math.log(0.3), (float) Math.log(0.15), (float) Math.log(0.05)};
        assertThat(drawn(FREE.minP(0.2f), logits)).containsExactlyInAnyOrder(0, 1, 2);
        assertThat(drawn(FREE.minP(1f), logits)).containsExactlyInAnyOrder(0);
    }

    @Test
    void equalSeedsDrawEqualTokens() {
        float[] logits = random(200);
        var first = sampler(FREE, logits.length);
        var second = sampler(FREE, logits.length);
        var memory = memory(logits);
        for (int i = 0; i < 50; i++) {
            assertThat(first.next(memory, 200)).isEqualTo(second.next(memory, 200));
        }
    }

    @Test
    void aLogitThatIsNotANumberIsAnErrorAndNoChoice() {
        assertThatThrownBy(() -> next(Sampling.greedy(), 1, Float.NaN)).isInstanceOf(InferenceException.class);
        assertThatThrownBy(() -> next(FREE, Float.NaN, 1)).isInstanceOf(InferenceException.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 40, 200})
    void candidatesAreTheBestInOrder(int k) {
        float[] logits = random(200);
        logits[17] = logits[3];
        var candidates = new Candidates(200, arena);
        candidates.select(memory(logits), 200, k);
        int[] expected = IntStream.range(0, 200).boxed()
                .sorted((a, b) -> logits[a] != logits[b] ? Float.compare(logits[b], logits[a]) : Integer.compare(a, b))
                .limit(k).mapToInt(Integer::intValue).toArray();
        assertThat(IntStream.range(0, k).map(candidates::id)).containsExactly(IntStream.of(expected).boxed().toArray(Integer[]::new));
    }

    private Sampler sampler(Sampling sampling, int vocabulary) {
        return new Sampler(sampling, new Candidates(vocabulary, arena));
    }

    private int next(Sampling sampling, float... logits) {
        return sampler(sampling, logits.length).next(memory(logits), logits.length);
    }

    private int[] draw(Sampling sampling, float[] logits, int times) {
        var sampler = sampler(sampling, logits.length);
        var memory = memory(logits);
        int[] counts = new int[logits.length];
        for (int i = 0; i < times; i++) {
            counts[sampler.next(memory, logits.length)]++;
        }
        return counts;
    }

    private Set<Integer> drawn(Sampling sampling, float[] logits) {
        int[] counts = draw(sampling, logits, 5_000);
        Set<Integer> drawn = new HashSet<>();
        IntStream.range(0, counts.length).filter(id -> counts[id] > 0).forEach(drawn::add);
        return drawn;
    }

    private static Set<Integer> best(float[] logits, int k) {
        Set<Integer> best = new HashSet<>();
        IntStream.range(0, logits.length).boxed().sorted((a, b) -> Float.compare(logits[b], logits[a])).limit(k).forEach(best::add);
        return best;
    }

    private static float[] random(int count) {
        var random = new SplittableRandom(SEED);
        float[] logits = new float[count];
        for (int i = 0; i < count; i++) {
            logits[i] = (float) random.nextGaussian();
        }
        return logits;
    }

    private MemorySegment memory(float... logits) {
        MemorySegment memory = arena.allocate(4L * logits.length);
        MemorySegment.copy(logits, 0, memory, LittleEndian.FLOAT, 0, logits.length);
        return memory;
    }
}
