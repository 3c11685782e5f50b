package dev.lockstep.kernel.internal.vector;

import static dev.lockstep.kernel.internal.vector.Species.FLOATS;
import static dev.lockstep.kernel.internal.vector.Species.LANES;
import static dev.lockstep.kernel.internal.vector.Species.ORDER;
import static dev.lockstep.kernel.internal.vector.Species.PANEL_ROWS;

import dev.lockstep.kernel.CachedHead;
import dev.lockstep.kernel.FloatRows;
import dev.lockstep.kernel.Kernels;
import dev.lockstep.kernel.Rotation;
import dev.lockstep.quant.LittleEndian;
import dev.lockstep.quant.PanelLayout;
import dev.lockstep.quant.PanelMatrix;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * The operators on the Vector API. Each is a loop over whole vectors and a scalar tail; the products over weights are in
 * {@link PanelMatMul} and {@link PanelProduct}.
 */
public final class VectorKernels implements Kernels {
    @Override
    public String name() {
        return "vector";
    }

    @Override
    public int vectorBits() {
        return FLOATS.vectorBitSize();
    }

    @Override
    public int panelRows() {
        return PANEL_ROWS;
    }

    @Override
    public long matMulScratchBytes(PanelLayout layout) {
        return PanelMatMul.scratchBytes(layout);
    }

    @Override
    public void matMul(PanelMatrix weights, long fromPanel, long toPanel, FloatRows x, FloatRows y, int tokens,
            MemorySegment scratch) {
        requirePanelShape(weights.layout(), y);
        for (long panel = fromPanel; panel < toPanel; panel++) {
            PanelMatMul.multiply(weights, panel, x, y, tokens, scratch);
        }
    }

    private static void requirePanelShape(PanelLayout layout, FloatRows y) {
        if (layout.panelRows() != PANEL_ROWS) {
            throw new IllegalArgumentException("panelRows=" + layout.panelRows() + " must be " + PANEL_ROWS);
        }
        if (y.stride() % PANEL_ROWS != 0) {
            throw new IllegalArgumentException("y.stride=" + y.stride() + " must be a multiple of " + PANEL_ROWS);
        }
    }

    @Override
    public void rmsNorm(MemorySegment x, long xOffset, MemorySegment weight, float epsilon, MemorySegment out,
            long outOffset, int count) {
        float inverse = (float) (1 / Math.sqrt(dot(x, xOffset, x, xOffset, count) / count + epsilon));
        int i = 0;
        for (; i <= count - LANES; i += LANES) {
            load(x, xOffset, i).mul(inverse).mul(load(weight, 0, i)).intoMemorySegment(out, at(outOffset, i), ORDER);
        }
        for (; i < count; i++) {
            set(out, outOffset, i, get(x, xOffset, i) * inverse * get(weight, 0, i));
        }
    }

    @Override
    public void rope(MemorySegment x, long xOffset, int heads, int headDim, Rotation rotation) {
        for (int head = 0; head < heads; head++) {
            long offset = xOffset + (long) head * headDim * Float.BYTES;
            switch (rotation.pairing()) {
                case ADJACENT -> VectorRope.adjacent(x, offset, rotation);
                case HALVES -> VectorRope.halves(x, offset, rotation);
            }
        }
    }

    @Override
    public void softmax(MemorySegment scores, long offset, int count) {
        float max = max(scores, offset, count);
        int i = 0;
        for (; i <= count - LANES; i += LANES) {
            VectorExp.exp(load(scores, offset, i).sub(max)).intoMemorySegment(scores, at(offset, i), ORDER);
        }
        for (; i < count; i++) {
            set(scores, offset, i, (float) Math.exp(get(scores, offset, i) - max));
        }
        scale(scores, offset, count, 1 / sum(scores, offset, count));
    }

    /** One after the other: nothing beside the exponentials, and one vector less that might be boxed on its way to a sum of lanes. */
    private static float sum(MemorySegment x, long offset, int count) {
        float sum = 0;
        for (int i = 0; i < count; i++) {
            sum += get(x, offset, i);
        }
        return sum;
    }

    private static float max(MemorySegment x, long offset, int count) {
        FloatVector maxima = FloatVector.broadcast(FLOATS, Float.NEGATIVE_INFINITY);
        int i = 0;
        for (; i <= count - LANES; i += LANES) {
            maxima = maxima.max(load(x, offset, i));
        }
        float max = maxima.reduceLanes(VectorOperators.MAX);
        for (; i < count; i++) {
            max = Math.max(max, get(x, offset, i));
        }
        return max;
    }

    private static void scale(MemorySegment x, long offset, int count, float factor) {
        int i = 0;
        for (; i <= count - LANES; i += LANES) {
            load(x, offset, i).mul(factor).intoMemorySegment(x, at(offset, i), ORDER);
        }
        for (; i < count; i++) {
            set(x, offset, i, get(x, offset, i) * factor);
        }
    }

    @Override
    public void attention(MemorySegment q, long qOffset, CachedHead cache, MemorySegment scores, long scoresOffset,
            MemorySegment out, long outOffset) {
        for (int position = 0; position < cache.positions(); position++) {
            long key = cache.keysOffset() + (long) position * cache.keyDim() * Float.BYTES;
            set(scores, scoresOffset, position, dot(q, qOffset, cache.keys(), key, cache.keyDim()) * cache.scale());
        }
        softmax(scores, scoresOffset, cache.positions());
        weightedSum(cache, scores, scoresOffset, out, outOffset);
    }

    /** out = Σ scores[p] · V[p], position by position so that the cache is read in order. */
    private static void weightedSum(
            CachedHead cache, MemorySegment scores, long scoresOffset, MemorySegment out, long outOffset) {
        int dim = cache.valueDim();
        for (int i = 0; i < dim; i++) {
            set(out, outOffset, i, 0);
        }
        for (int position = 0; position < cache.positions(); position++) {
            long value = cache.valuesOffset() + (long) position * dim * Float.BYTES;
            float weight = get(scores, scoresOffset, position);
            int i = 0;
            for (; i <= dim - LANES; i += LANES) {
                FloatVector sum = load(cache.values(), value, i).mul(weight).add(load(out, outOffset, i));
                sum.intoMemorySegment(out, at(outOffset, i), ORDER);
            }
            for (; i < dim; i++) {
                set(out, outOffset, i, get(out, outOffset, i) + weight * get(cache.values(), value, i));
            }
        }
    }

    @Override
    public void swiGlu(MemorySegment gate, long gateOffset, MemorySegment up, long upOffset, int count) {
        int i = 0;
        for (; i <= count - LANES; i += LANES) {
            FloatVector value = load(gate, gateOffset, i);
            FloatVector silu = value.div(VectorExp.exp(value.neg()).add(1f));
            silu.mul(load(up, upOffset, i)).intoMemorySegment(gate, at(gateOffset, i), ORDER);
        }
        for (; i < count; i++) {
            float value = get(gate, gateOffset, i);
            float silu = value / (1 + (float) Math.exp(-value));
            set(gate, gateOffset, i, silu * get(up, upOffset, i));
        }
    }

    @Override
    public void add(MemorySegment x, long xOffset, MemorySegment y, long yOffset, int count) {
        int i = 0;
        for (; i <= count - LANES; i += LANES) {
            load(x, xOffset, i).add(load(y, yOffset, i)).intoMemorySegment(x, at(xOffset, i), ORDER);
        }
        for (; i < count; i++) {
            set(x, xOffset, i, get(x, xOffset, i) + get(y, yOffset, i));
        }
    }

    private static float dot(MemorySegment a, long aOffset, MemorySegment b, long bOffset, int count) {
        FloatVector sums = Species.zero();
        int i = 0;
        for (; i <= count - LANES; i += LANES) {
            sums = load(a, aOffset, i).fma(load(b, bOffset, i), sums);
        }
        float sum = LaneSum.of(sums);
        for (; i < count; i++) {
            sum = Math.fma(get(a, aOffset, i), get(b, bOffset, i), sum);
        }
        return sum;
    }

    private static FloatVector load(MemorySegment floats, long offset, int index) {
        return FloatVector.fromMemorySegment(FLOATS, floats, at(offset, index), ORDER);
    }

    private static long at(long offset, int index) {
        return offset + (long) index * Float.BYTES;
    }

    private static float get(MemorySegment floats, long offset, int index) {
        return floats.get(LittleEndian.FLOAT, at(offset, index));
    }

    private static void set(MemorySegment floats, long offset, int index, float value) {
        floats.set(LittleEndian.FLOAT, at(offset, index), value);
    }
}
