package dev.lockstep.kernel.internal.scalar;

import dev.lockstep.kernel.CachedHead;
import dev.lockstep.kernel.FloatRows;
import dev.lockstep.kernel.Kernels;
import dev.lockstep.kernel.Rotation;
import dev.lockstep.quant.LittleEndian;
import dev.lockstep.quant.PanelLayout;
import dev.lockstep.quant.PanelMatrix;
import java.lang.foreign.MemorySegment;

/**
 * The operators in plain Java, written for the reader. It is the fallback where the Vector API is missing and the twin that
 * the vector kernels are tested against.
 */
public final class ScalarKernels implements Kernels {
    private final int panelRows;

    /** @param panelRows any number; the vector kernels' choice when used as their twin */
    public ScalarKernels(int panelRows) {
        this.panelRows = panelRows;
    }

    @Override
    public String name() {
        return "scalar";
    }

    @Override
    public int vectorBits() {
        return 0;
    }

    @Override
    public int panelRows() {
        return panelRows;
    }

    @Override
    public long matMulScratchBytes(PanelLayout layout) {
        return 0;
    }

    @Override
    public void matMul(PanelMatrix weights, long fromPanel, long toPanel, FloatRows x, FloatRows y, int tokens,
            MemorySegment scratch) {
        ScalarDot dot = ScalarDot.of(weights.type());
        for (long panel = fromPanel; panel < toPanel; panel++) {
            long panelOffset = panel * weights.layout().panelBytes();
            for (int lane = 0; lane < weights.layout().rowsIn(panel); lane++) {
                long yOffset = (panel * panelRows + lane) * Float.BYTES;
                for (int token = 0; token < tokens; token++) {
                    float sum = dot.row(weights.panels(), panelOffset, lane, weights.layout(), x.data(), x.offset(token));
                    set(y.data(), y.offset(token) + yOffset, 0, sum);
                }
            }
        }
    }

    @Override
    public void rmsNorm(MemorySegment x, long xOffset, MemorySegment weight, float epsilon, MemorySegment out,
            long outOffset, int count) {
        float sumOfSquares = 0;
        for (int i = 0; i < count; i++) {
            sumOfSquares += get(x, xOffset, i) * get(x, xOffset, i);
        }
        float inverse = (float) (1 / Math.sqrt(sumOfSquares / count + epsilon));
        for (int i = 0; i < count; i++) {
            set(out, outOffset, i, get(x, xOffset, i) * inverse * get(weight, 0, i));
        }
    }

    @Override
    public void rope(MemorySegment x, long xOffset, int heads, int headDim, Rotation rotation) {
        for (int head = 0; head < heads; head++) {
            ropeHead(x, xOffset + (long) head * headDim * Float.BYTES, rotation, 0);
        }
    }

    /** Rotates the pairs of one head from pair {@code fromPair} on. */
    public static void ropeHead(MemorySegment x, long headOffset, Rotation rotation, int fromPair) {
        boolean adjacent = rotation.pairing() == Rotation.Pairing.ADJACENT;
        int half = rotation.dim() / 2;
        for (int pair = fromPair; pair < half; pair++) {
            int first = adjacent ? 2 * pair : pair;
            int second = adjacent ? first + 1 : pair + half;
            float a = get(x, headOffset, first);
            float b = get(x, headOffset, second);
            set(x, headOffset, first, a * get(rotation.cos(), rotation.offset(), first)
                    + b * get(rotation.sin(), rotation.offset(), first));
            set(x, headOffset, second, b * get(rotation.cos(), rotation.offset(), second)
                    + a * get(rotation.sin(), rotation.offset(), second));
        }
    }

    @Override
    public void softmax(MemorySegment scores, long offset, int count) {
        float max = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < count; i++) {
            max = Math.max(max, get(scores, offset, i));
        }
        float sum = 0;
        for (int i = 0; i < count; i++) {
            float e = (float) Math.exp(get(scores, offset, i) - max);
            set(scores, offset, i, e);
            sum += e;
        }
        for (int i = 0; i < count; i++) {
            set(scores, offset, i, get(scores, offset, i) / sum);
        }
    }

    @Override
    public void attention(MemorySegment q, long qOffset, CachedHead cache, MemorySegment scores, long scoresOffset,
            MemorySegment out, long outOffset) {
        for (int position = 0; position < cache.positions(); position++) {
            long key = cache.keysOffset() + (long) position * cache.keyDim() * Float.BYTES;
            float dot = 0;
            for (int i = 0; i < cache.keyDim(); i++) {
                dot += get(q, qOffset, i) * get(cache.keys(), key, i);
            }
            set(scores, scoresOffset, position, dot * cache.scale());
        }
        softmax(scores, scoresOffset, cache.positions());
        for (int i = 0; i < cache.valueDim(); i++) {
            float sum = 0;
            for (int position = 0; position < cache.positions(); position++) {
                long value = cache.valuesOffset() + (long) position * cache.valueDim() * Float.BYTES;
                sum += get(scores, scoresOffset, position) * get(cache.values(), value, i);
            }
            set(out, outOffset, i, sum);
        }
    }

    @Override
    public void swiGlu(MemorySegment gate, long gateOffset, MemorySegment up, long upOffset, int count) {
        for (int i = 0; i < count; i++) {
            float value = get(gate, gateOffset, i);
            float silu = value / (1 + (float) Math.exp(-value));
            set(gate, gateOffset, i, silu * get(up, upOffset, i));
        }
    }

    @Override
    public void add(MemorySegment x, long xOffset, MemorySegment y, long yOffset, int count) {
        for (int i = 0; i < count; i++) {
            set(x, xOffset, i, get(x, xOffset, i) + get(y, yOffset, i));
        }
    }

    private static float get(MemorySegment floats, long offset, int index) {
        return floats.get(LittleEndian.FLOAT, offset + (long) index * Float.BYTES);
    }

    private static void set(MemorySegment floats, long offset, int index, float value) {
        floats.set(LittleEndian.FLOAT, offset + (long) index * Float.BYTES, value);
    }
}
