package dev.lockstep.models.internal;

import dev.lockstep.models.InferenceException;
import dev.lockstep.models.Sampling;
import dev.lockstep.quant.LittleEndian;
import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;

/**
 * Chooses the next token from logits, after the rules of one {@link Sampling}. Works in the session's memory; draws the same
 * tokens from the same logits and seed on every machine.
 */
final class Sampler {
    private final Sampling sampling;
    private final Candidates candidates;
    private final SplittableRandom random;

    Sampler(Sampling sampling, Candidates candidates) {
        this.sampling = sampling;
        this.candidates = candidates;
        this.random = new SplittableRandom(sampling.seed());
    }

    /**
     * @param logits float32, shape (vocabSize)
     * @throws InferenceException if a logit is NaN: the weights are broken, and any choice would be made up
     */
    int next(MemorySegment logits, int vocabSize) {
        int best = best(logits, vocabSize);
        return sampling.isGreedy() || sampling.topK() == 1 ? best : draw(logits, vocabSize);
    }

    private static int best(MemorySegment logits, int vocabSize) {
        int best = 0;
        float largest = Float.NEGATIVE_INFINITY;
        for (int id = 0; id < vocabSize; id++) {
            float logit = logits.get(LittleEndian.FLOAT, (long) id * Float.BYTES);
            if (Float.isNaN(logit)) {
                throw new InferenceException("the model computed a logit that is not a number; its weights are broken");
            }
            if (logit > largest) {
                largest = logit;
                best = id;
            }
        }
        return best;
    }

    private int draw(MemorySegment logits, int vocabSize) {
        int k = sampling.topK() == 0 ? vocabSize : Math.min(sampling.topK(), vocabSize);
        candidates.select(logits, vocabSize, k);
        cutTail();
        return pick();
    }

    /** Top-p and min-p, on the probabilities among the top-k. */
    private void cutTail() {
        float best = candidates.value(0);
        double total = 0;
        for (int i = 0; i < candidates.size(); i++) {
            total += StrictMath.exp(candidates.value(i) - best);
        }
        double sum = 0;
        int kept = 0;
        while (kept < candidates.size() && sum < sampling.topP() * total) {
            double weight = StrictMath.exp(candidates.value(kept) - best);
            // the best candidate weighs 1, so this is the ratio that min-p is about
            if (weight < sampling.minP()) {
                break;
            }
            sum += weight;
            kept++;
        }
        candidates.truncate(Math.max(kept, 1));
    }

    private int pick() {
        float best = candidates.value(0);
        double total = 0;
        for (int i = 0; i < candidates.size(); i++) {
            total += weight(i, best);
        }
        double threshold = random.nextDouble() * total;
        for (int i = 0; i < candidates.size() - 1; i++) {
            threshold -= weight(i, best);
            if (threshold < 0) {
                return candidates.id(i);
            }
        }
        return candidates.id(candidates.size() - 1);
    }

    private double weight(int index, float best) {
        return StrictMath.exp((candidates.value(index) - best) / (double) sampling.temperature());
    }
}
