package dev.lockstep.app.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.models.InferenceException;
import dev.lockstep.quant.LittleEndian;
import dev.lockstep.securemem.SecureArena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The definitions, on numbers that can be checked by hand. */
class QualityMeasuresTest {
    private static final double EXACT = 1e-12;
    private static final double FLOAT = 1e-6;

    private final SecureArena memory = SecureArena.open("test");

    @AfterEach
    void close() {
        memory.close();
    }

    /** Logits, up to a constant, of these probabilities. */
    private LogProbabilities predicting(double... probabilities) {
        MemorySegment logits = memory.allocate((long) probabilities.length * Float.BYTES);
        for (int i = 0; i < probabilities.length; i++) {
            logits.set(LittleEndian.FLOAT, (long) i * Float.BYTES, (float) (5 + Math.log(probabilities[i])));
        }
        return LogProbabilities.of(logits);
    }

    @Test
    void logProbabilitiesAreTheLogarithmOfTheSoftmax() {
        LogProbabilities prediction = predicting(0.25, 0.5, 0.25);
        assertThat(prediction.of(1)).isCloseTo(Math.log(0.5), within(FLOAT));
        assertThat(prediction.of(2)).isCloseTo(Math.log(0.25), within(FLOAT));
        assertThat(prediction.top()).isEqualTo(1);
    }

    @Test
    void largeLogitsDoNotOverflow() {
        MemorySegment logits = memory.allocate(2 * Float.BYTES);
        logits.set(LittleEndian.FLOAT, 0, 1e30f);
        logits.set(LittleEndian.FLOAT, Float.BYTES, -1e30f);
        assertThat(LogProbabilities.of(logits).of(0)).isZero();
        assertThat(LogProbabilities.of(logits).of(1)).isEqualTo(-2 * (double) 1e30f);
    }

    @Test
    void logitsThatAreNoNumbersAreRefused() {
        assertThatThrownBy(() -> predicting(0.5, Double.NaN)).isInstanceOf(InferenceException.class);
        assertThatThrownBy(() -> predicting(0.5, Double.POSITIVE_INFINITY)).isInstanceOf(InferenceException.class);
    }

    @Test
    void whoGuessesAmongNHasPerplexityN() {
        var perplexity = new Perplexity();
        for (int i = 0; i < 10; i++) {
            perplexity.add(Math.log(1 / 50.0));
        }
        assertThat(perplexity.value()).isCloseTo(50, within(1e-9));
        assertThat(perplexity.standardError()).isCloseTo(0, within(1e-4));
        assertThat(perplexity.count()).isEqualTo(10);
    }

    @Test
    void perplexityIsTheGeometricMeanOfInverseProbabilities() {
        var perplexity = new Perplexity();
        perplexity.add(Math.log(0.5));
        perplexity.add(Math.log(0.125));
        assertThat(perplexity.value()).isCloseTo(4, within(EXACT));
        // deviations of ln 2 from the mean, two of them: the error of the mean is ln 2
        assertThat(perplexity.standardError()).isCloseTo(4 * Math.log(2), within(1e-9));
    }

    @Test
    void divergenceIsWhatTheReferenceLoses() {
        LogProbabilities reference = predicting(0.5, 0.25, 0.25);
        LogProbabilities model = predicting(0.25, 0.5, 0.25);
        double expected = 0.5 * Math.log(2) + 0.25 * Math.log(0.5);
        assertThat(reference.divergence(model)).isCloseTo(expected, within(FLOAT));
        assertThat(reference.divergence(reference)).isZero();
    }

    @Test
    void divergencesAreSummedUp() {
        var divergence = new Divergence(100, memory);
        LogProbabilities reference = predicting(0.5, 0.25, 0.25);
        for (int i = 0; i < 99; i++) {
            divergence.add(reference, reference);
        }
        LogProbabilities model = predicting(0.25, 0.5, 0.25);
        divergence.add(reference, model);
        double value = reference.divergence(model);
        assertThat(divergence.mean()).isCloseTo(value / 100, within(EXACT));
        assertThat(divergence.quantile(0.99)).isZero();
        assertThat(divergence.max()).isEqualTo(value);
        assertThat(divergence.topAgreement()).isEqualTo(0.99);
        // one of a hundred: variance v²·(1/100 − 1/100²)·100/99
        assertThat(divergence.standardError()).isCloseTo(value / 100, within(EXACT));
    }
}
