package dev.lockstep.kernel.internal.scalar;

import dev.lockstep.kernel.AttentionSpec;
import dev.lockstep.kernel.CachedHead;
import dev.lockstep.quant.LittleEndian;
import java.lang.foreign.MemorySegment;

/**
 * Attention of one query, position by position, with the softmax kept up to date on the way (Milakov and Gimelshein 2018).
 *
 * <p>After each position, {@code out} is Σ exp(s[p] − max) · V[p] and {@code sum} is Σ exp(s[p] − max), where max is the largest
 * score so far. A new maximum shrinks both by exp(old − new). Dividing one by the other in the end gives the weighted mean, and
 * the scores were never kept.
 */
final class ScalarAttention {
    private ScalarAttention() {
    }

    /**
     * @param q the query, from {@code qOffset}
     * @param out {@code valueDim} numbers from {@code outOffset}
     * @param position of the query's token
     */
    static void attend(CachedHead head, AttentionSpec spec, MemorySegment q, long qOffset, MemorySegment out, long outOffset,
            int position) {
        int dims = head.layout().valueDim();
        scale(out, outOffset, dims, 0);
        float max = Float.NEGATIVE_INFINITY;
        float sum = 0;
        for (int p = spec.firstVisible(position); p < spec.endVisible(position); p++) {
            float score = score(head, spec, q, qOffset, p);
            if (score > max) {
                float shrink = (float) Math.exp(max - score);
                scale(out, outOffset, dims, shrink);
                sum *= shrink;
                max = score;
            }
            float weight = (float) Math.exp(score - max);
            sum += weight;
            for (int i = 0; i < dims; i++) {
                set(out, outOffset, i, Math.fma(weight, KvCells.value(head, p, i), get(out, outOffset, i)));
            }
        }
        scale(out, outOffset, dims, 1 / sum);
    }

    private static float score(CachedHead head, AttentionSpec spec, MemorySegment q, long qOffset, int position) {
        float dot = 0;
        for (int i = 0; i < head.layout().keyDim(); i++) {
            dot = Math.fma(get(q, qOffset, i), KvCells.key(head, position, i), dot);
        }
        float score = dot * spec.scale();
        return spec.softCap() == 0 ? score : ScalarFunctions.softCap(score, spec.softCap());
    }

    /** {@code out} is not yet written where the factor is 0: whatever it holds becomes zero. */
    private static void scale(MemorySegment out, long offset, int dims, float factor) {
        for (int i = 0; i < dims; i++) {
            set(out, offset, i, factor == 0 ? 0 : get(out, offset, i) * factor);
        }
    }

    private static float get(MemorySegment floats, long offset, int index) {
        return floats.get(LittleEndian.FLOAT, offset + (long) index * Float.BYTES);
    }

    private static void set(MemorySegment floats, long offset, int index, float value) {
        floats.set(LittleEndian.FLOAT, offset + (long) index * Float.BYTES, value);
    }
}
