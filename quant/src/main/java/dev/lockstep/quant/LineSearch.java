package dev.lockstep.quant;

import java.lang.foreign.MemorySegment;

/**
 * The search for scale and minimum of a sub-block: value = scale * q - min with unsigned quants q and min ≥ 0.
 *
 * <p>The range of the values is divided by a number of quants that is varied in small steps. Each time, the values are rounded
 * to quants, and the line through (quant, value) with the least squares is taken, through 0 if its minimum would be above 0.
 * The line with the least error wins. Weights grow with the magnitude of the values, because large weights matter more. This
 * is what the reference quantizer does, operation by operation: the same bits must come out.
 *
 * @param values values of a sub-block
 * @param maxQuant largest quant
 * @param narrowest the first number of quants that is tried, relative to {@code maxQuant}
 * @param steps how many more are tried
 * @param squares true if squared errors are compared, false if absolute ones
 */
record LineSearch(int values, int maxQuant, float narrowest, int steps, boolean squares) {
    /** Between two tries, in quants. */
    private static final float STEP = 0.1f;

    /** @param weight of a value, to which its magnitude is added */
    void search(MemorySegment x, long from, float weight, SubBlocks found, int subBlock) {
        float min = 0;
        float max = AffineCodec.value(x, from, 0);
        for (int i = 0; i < values; i++) {
            min = Math.min(min, AffineCodec.value(x, from, i));
            max = Math.max(max, AffineCodec.value(x, from, i));
        }
        if (max == min) {
            found.zero(subBlock);
            found.set(subBlock, 0, -min, 0);
            return;
        }
        float inverse = maxQuant / (max - min);
        round(x, from, inverse, min, found);
        found.accept(subBlock);
        found.set(subBlock, 1 / inverse, -min, error(x, from, weight, 1 / inverse, min, found));
        for (int step = 0; step <= steps; step++) {
            // the range begins at the best minimum so far
            float begin = -found.min(subBlock);
            round(x, from, (narrowest + STEP * step + maxQuant) / (max - begin), begin, found);
            fit(x, from, weight, found, subBlock);
        }
    }

    private void round(MemorySegment x, long from, float inverse, float min, SubBlocks found) {
        for (int i = 0; i < values; i++) {
            int quant = AffineCodec.nearest(inverse * (AffineCodec.value(x, from, i) - min));
            found.setCandidate(i, Math.clamp(quant, 0, maxQuant));
        }
    }

    /** Weighted least squares for the candidate's quants, accepted if it leaves less error than what was found before. */
    private void fit(MemorySegment x, long from, float weight, SubBlocks found, int subBlock) {
        float sumW = 0;
        float sumX = 0;
        float sumQ = 0;
        float sumQq = 0;
        float sumQx = 0;
        for (int i = 0; i < values; i++) {
            float value = AffineCodec.value(x, from, i);
            float w = weight + Math.abs(value);
            int quant = found.candidate(i);
            sumW += w;
            sumX += w * value;
            sumQ += w * quant;
            sumQq += w * quant * quant;
            sumQx += w * quant * value;
        }
        float determinant = sumW * sumQq - sumQ * sumQ;
        if (determinant > 0) {
            float min = (sumQq * sumX - sumQ * sumQx) / determinant;
            float scale = min > 0 ? sumQx / sumQq : (sumW * sumQx - sumX * sumQ) / determinant;
            min = Math.min(min, 0);
            float error = error(x, from, weight, scale, min, found);
            if (error < found.error(subBlock)) {
                found.accept(subBlock);
                found.set(subBlock, scale, -min, error);
            }
        }
    }

    private float error(MemorySegment x, long from, float weight, float scale, float min, SubBlocks found) {
        float sum = 0;
        for (int i = 0; i < values; i++) {
            float value = AffineCodec.value(x, from, i);
            float difference = scale * found.candidate(i) + min - value;
            sum += (weight + Math.abs(value)) * (squares ? difference * difference : Math.abs(difference));
        }
        return sum;
    }
}
