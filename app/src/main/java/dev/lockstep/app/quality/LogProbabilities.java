package dev.lockstep.app.quality;

import dev.lockstep.models.InferenceException;
import dev.lockstep.quant.LittleEndian;
import java.lang.foreign.MemorySegment;

/**
 * Natural logarithms of the probabilities that logits stand for: the log-softmax, in float64.
 *
 * @param logits float32, shape (vocabulary); borrowed
 * @param logSum logarithm of the sum of their exponentials
 * @param top index of the largest, of equally large ones the first
 */
record LogProbabilities(MemorySegment logits, double logSum, int top) {
    /** @throws InferenceException if a logit is no finite number */
    static LogProbabilities of(MemorySegment logits) {
        int size = size(logits);
        int top = 0;
        for (int i = 1; i < size; i++) {
            top = logit(logits, i) > logit(logits, top) ? i : top;
        }
        double largest = logit(logits, top);
        double sum = 0;
        for (int i = 0; i < size; i++) {
            sum += Math.exp(logit(logits, i) - largest);
        }
        double logSum = largest + Math.log(sum);
        if (!Double.isFinite(logSum)) {
            throw new InferenceException("the model computed logits that are no finite numbers");
        }
        return new LogProbabilities(logits, logSum, top);
    }

    private static int size(MemorySegment logits) {
        return Math.toIntExact(logits.byteSize() / Float.BYTES);
    }

    private static double logit(MemorySegment logits, int token) {
        return logits.get(LittleEndian.FLOAT, (long) token * Float.BYTES);
    }

    double of(int token) {
        return logit(logits, token) - logSum;
    }

    /** The Kullback-Leibler divergence of other predictions from these, which are taken as the truth, in nats. */
    double divergence(LogProbabilities other) {
        double sum = 0;
        for (int token = 0; token < size(logits); token++) {
            double logProbability = of(token);
            sum += Math.exp(logProbability) * (logProbability - other.of(token));
        }
        // what is below is rounding
        return Math.max(0, sum);
    }
}
