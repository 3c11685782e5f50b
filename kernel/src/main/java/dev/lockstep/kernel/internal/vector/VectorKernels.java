package dev.lockstep.kernel.internal.vector;

import static dev.lockstep.kernel.internal.vector.Species.FLOATS;
import static dev.lockstep.kernel.internal.vector.Species.LANES;
import static dev.lockstep.kernel.internal.vector.Species.ORDER;
import static dev.lockstep.kernel.internal.vector.Species.PANEL_ROWS;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import dev.lockstep.kernel.ActivationFunction;
import dev.lockstep.kernel.Activations;
import dev.lockstep.kernel.AttentionSpec;
import dev.lockstep.kernel.CachedHead;
import dev.lockstep.kernel.FloatRows;
import dev.lockstep.kernel.Kernels;
import dev.lockstep.kernel.KvLayout;
import dev.lockstep.kernel.MatMulScratch;
import dev.lockstep.kernel.Rotation;
import dev.lockstep.kernel.internal.scalar.KvCells;
import dev.lockstep.quant.DType;
import dev.lockstep.quant.LittleEndian;
import dev.lockstep.quant.PanelLayout;
import dev.lockstep.quant.PanelMatrix;
import java.lang.foreign.MemorySegment;

/**
 * The operators on the Vector API. Each is a loop over whole vectors and a scalar tail; the products over weights are in
 * {@link FloatMatMul}, {@link IntMatMul} and {@link PackedMatMul}.
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
    public void prepare(Activations x, int fromTile, int toTile, int tokens) {
        ActivationForms.prepare(x, fromTile, toTile, tokens);
    }

    @Override
    public void matMul(PanelMatrix weights, long fromPanel, long toPanel, Activations x, FloatRows y, int tokens,
            MatMulScratch scratch) {
        requirePanelShape(weights.layout(), y);
        if (weights.type() == DType.Q8_0) {
            PackedMatMul.multiply(weights, fromPanel, toPanel, x, y, tokens, scratch);
        } else if (Kernels.isInteger(weights.type()) && tokens == 1) {
            IntRowMatMul.multiply(weights, fromPanel, toPanel, x, y, scratch);
        } else if (Kernels.isInteger(weights.type())) {
            IntMatMul.multiply(weights, fromPanel, toPanel, x, y, tokens, scratch);
        } else {
            FloatMatMul.multiply(weights, fromPanel, toPanel, x, y, tokens, scratch);
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
        VectorNorms.rmsNorm(x, xOffset, weight, epsilon, out, outOffset, count);
    }

    @Override
    public void layerNorm(MemorySegment x, long xOffset, MemorySegment weight, float epsilon, MemorySegment out,
            long outOffset, int count) {
        VectorNorms.layerNorm(x, xOffset, weight, epsilon, out, outOffset, count);
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
    public boolean storeKv(CachedHead cache, int position, MemorySegment k, long kOffset, MemorySegment v, long vOffset) {
        return KvCells.store(cache, position, k, kOffset, v, vOffset);
    }

    @Override
    public void attention(CachedHead cache, AttentionSpec spec, int kvHead, FloatRows q, FloatRows out, int firstToken,
            int tokens, int position, MemorySegment scratch) {
        VectorAttention.attend(cache, spec, kvHead, q, out, firstToken, tokens, position, scratch);
    }

    @Override
    public long attentionScratchBytes(KvLayout layout, int queries) {
        return AttentionScratch.byteSize(layout, queries);
    }

    @Override
    public void activate(ActivationFunction function, MemorySegment x, long xOffset, int count) {
        VectorFunctions.activate(function, x, xOffset, count);
    }

    @Override
    public void softCap(MemorySegment x, long xOffset, float cap, int count) {
        VectorFunctions.softCap(x, xOffset, cap, count);
    }

    @Override
    public void multiply(MemorySegment x, long xOffset, MemorySegment y, long yOffset, int count) {
        int i = 0;
        for (; i <= count - LANES; i += LANES) {
            fromMemorySegment(FLOATS, x, xOffset + i * 4L, ORDER).mul(fromMemorySegment(FLOATS, y, yOffset + i * 4L, ORDER))
                    .intoMemorySegment(x, xOffset + i * 4L, ORDER);
        }
        for (; i < count; i++) {
            set(x, xOffset, i, get(x, xOffset, i) * get(y, yOffset, i));
        }
    }

    @Override
    public void scale(MemorySegment x, long xOffset, float factor, int count) {
        int i = 0;
        for (; i <= count - LANES; i += LANES) {
            fromMemorySegment(FLOATS, x, xOffset + i * 4L, ORDER).mul(factor).intoMemorySegment(x, xOffset + i * 4L, ORDER);
        }
        for (; i < count; i++) {
            set(x, xOffset, i, factor * get(x, xOffset, i));
        }
    }

    @Override
    public void add(MemorySegment x, long xOffset, MemorySegment y, long yOffset, int count) {
        int i = 0;
        for (; i <= count - LANES; i += LANES) {
            fromMemorySegment(FLOATS, x, xOffset + i * 4L, ORDER).add(fromMemorySegment(FLOATS, y, yOffset + i * 4L, ORDER))
                    .intoMemorySegment(x, xOffset + i * 4L, ORDER);
        }
        for (; i < count; i++) {
            set(x, xOffset, i, get(x, xOffset, i) + get(y, yOffset, i));
        }
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
