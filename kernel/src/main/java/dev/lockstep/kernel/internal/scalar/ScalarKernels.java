package dev.lockstep.kernel.internal.scalar;

import dev.lockstep.kernel.ActivationFunction;
import dev.lockstep.kernel.Activations;
import dev.lockstep.kernel.AttentionSpec;
import dev.lockstep.kernel.CachedHead;
import dev.lockstep.kernel.FloatRows;
import dev.lockstep.kernel.Kernels;
import dev.lockstep.kernel.KvLayout;
import dev.lockstep.kernel.MatMulScratch;
import dev.lockstep.kernel.Rotation;
import dev.lockstep.quant.LittleEndian;
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
    public void prepare(Activations x, int fromTile, int toTile, int tokens) {
        ScalarActivations.prepare(x, fromTile * Activations.TILE, Math.min(toTile * Activations.TILE, tokens));
    }

    @Override
    public void matMul(PanelMatrix weights, long fromPanel, long toPanel, Activations x, FloatRows y, int tokens,
            MatMulScratch scratch) {
        for (long panel = fromPanel; panel < toPanel; panel++) {
            ScalarMatMul.panel(weights, panel, x, y, tokens, scratch);
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
    public void layerNorm(MemorySegment x, long xOffset, MemorySegment weight, float epsilon, MemorySegment out,
            long outOffset, int count) {
        float sum = 0;
        for (int i = 0; i < count; i++) {
            sum += get(x, xOffset, i);
        }
        float mean = sum / count;
        float sumOfSquares = 0;
        for (int i = 0; i < count; i++) {
            sumOfSquares += (get(x, xOffset, i) - mean) * (get(x, xOffset, i) - mean);
        }
        float inverse = (float) (1 / Math.sqrt(sumOfSquares / count + epsilon));
        for (int i = 0; i < count; i++) {
            set(out, outOffset, i, (get(x, xOffset, i) - mean) * inverse * get(weight, 0, i));
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
    public boolean storeKv(CachedHead cache, int position, MemorySegment k, long kOffset, MemorySegment v, long vOffset) {
        return KvCells.store(cache, position, k, kOffset, v, vOffset);
    }

    @Override
    public void attention(CachedHead cache, AttentionSpec spec, int kvHead, FloatRows q, FloatRows out, int firstToken,
            int tokens, int position, MemorySegment scratch) {
        for (int token = 0; token < tokens; token++) {
            for (int i = 0; i < spec.heads(); i++) {
                long head = (long) kvHead * spec.heads() + i;
                ScalarAttention.attend(cache, spec,
                        q.data(), q.offset(firstToken + token) + head * cache.layout().keyDim() * Float.BYTES,
                        out.data(), out.offset(firstToken + token) + head * cache.layout().valueDim() * Float.BYTES,
                        position + token);
            }
        }
    }

    @Override
    public long attentionScratchBytes(KvLayout layout, int queries) {
        return 0;
    }

    @Override
    public void activate(ActivationFunction function, MemorySegment x, long xOffset, int count) {
        for (int i = 0; i < count; i++) {
            set(x, xOffset, i, ScalarFunctions.apply(function, get(x, xOffset, i)));
        }
    }

    @Override
    public void softCap(MemorySegment x, long xOffset, float cap, int count) {
        for (int i = 0; i < count; i++) {
            set(x, xOffset, i, ScalarFunctions.softCap(get(x, xOffset, i), cap));
        }
    }

    @Override
    public void multiply(MemorySegment x, long xOffset, MemorySegment y, long yOffset, int count) {
        for (int i = 0; i < count; i++) {
            set(x, xOffset, i, get(x, xOffset, i) * get(y, yOffset, i));
        }
    }

    @Override
    public void scale(MemorySegment x, long xOffset, float factor, int count) {
        for (int i = 0; i < count; i++) {
            set(x, xOffset, i, factor * get(x, xOffset, i));
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
