package dev.lockstep.models.internal;

import dev.lockstep.kernel.FloatRows;
import dev.lockstep.models.InferenceException;
import dev.lockstep.quant.LittleEndian;
import java.lang.foreign.MemorySegment;

/**
 * Which experts a token passes: the {@code used} of the largest probability, of equal ones those of the smallest number. Immutable and
 * thread-safe.
 */
final class ExpertRouter {
    /** In place of the share of an expert that the token does not pass. */
    static final float NOT_CHOSEN = -1;

    private final ExpertConfig config;

    ExpertRouter(ExpertConfig config) {
        this.config = config;
    }

    /**
     * Turns logits into shares: by how much what an expert gives is multiplied, or {@link #NOT_CHOSEN}.
     *
     * @param rows (batch, experts)
     * @throws InferenceException if there is no probability
     */
    void choose(FloatRows rows, int token) {
        MemorySegment data = rows.data();
        long offset = rows.offset(token);
        softmax(data, offset);
        int last = 0;
        float least = Float.POSITIVE_INFINITY;
        float sum = 0;
        for (int chosen = 0; chosen < config.used(); chosen++) {
            last = next(data, offset, least, last);
            least = get(data, offset, last);
            sum += least;
        }
        float factor = config.scale() / (config.normalized() ? sum : 1);
        for (int expert = 0; expert < config.count(); expert++) {
            float probability = get(data, offset, expert);
            set(data, offset, expert, isBefore(least, last, probability, expert) ? NOT_CHOSEN : probability * factor);
        }
    }

    private void softmax(MemorySegment data, long offset) {
        float max = Float.NEGATIVE_INFINITY;
        for (int expert = 0; expert < config.count(); expert++) {
            max = Math.max(max, get(data, offset, expert));
        }
        double sum = 0;
        for (int expert = 0; expert < config.count(); expert++) {
            float weight = (float) Math.exp(get(data, offset, expert) - max);
            set(data, offset, expert, weight);
            sum += weight;
        }
        if (Double.isNaN(sum)) {
            throw new InferenceException("the model computed the weight of an expert that is not a number; its weights are broken");
        }
        for (int expert = 0; expert < config.count(); expert++) {
            set(data, offset, expert, (float) (get(data, offset, expert) / sum));
        }
    }

    /** The first expert after the one of this probability and number. */
    private int next(MemorySegment data, long offset, float probability, int number) {
        int best = -1;
        float most = Float.NEGATIVE_INFINITY;
        for (int expert = 0; expert < config.count(); expert++) {
            float candidate = get(data, offset, expert);
            if (candidate > most && isBefore(probability, number, candidate, expert)) {
                best = expert;
                most = candidate;
            }
        }
        return best;
    }

    /** True if an expert is chosen before another. */
    private static boolean isBefore(float probability, int number, float other, int otherNumber) {
        return probability > other || probability == other && number < otherNumber;
    }

    private static float get(MemorySegment floats, long offset, int index) {
        return floats.get(LittleEndian.FLOAT, offset + (long) index * Float.BYTES);
    }

    private static void set(MemorySegment floats, long offset, int index, float value) {
        floats.set(LittleEndian.FLOAT, offset + (long) index * Float.BYTES, value);
    }
}
