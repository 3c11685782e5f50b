package dev.lockstep.kernel;

import dev.lockstep.quant.PanelLayout;
import dev.lockstep.quant.PanelMatrix;
import java.lang.foreign.MemorySegment;

/**
 * The operators of a transformer on float32 activations. Stateless and thread-safe; memory is borrowed; offsets are in
 * bytes, counts in values. Arguments are the caller's duty: a wrong offset ends in an {@link IndexOutOfBoundsException}
 * from the segment, never in foreign memory.
 *
 * <p>Every implementation agrees with the scalar one up to rounding, bounded relative to Σ|w·a|.
 */
public interface Kernels {
    /** "scalar" or "vector". */
    String name();

    /** Vector width in bits; 0 for scalar code. */
    int vectorBits();

    /** Rows that {@link #matMul} wants woven into one panel. */
    int panelRows();

    /**
     * y = x · Wᵀ for the rows of W in panels {@code fromPanel} (inclusive) to {@code toPanel} (exclusive).
     *
     * @param weights W of shape (rows, columns), in panels of {@link #panelRows()} rows
     * @param x {@code tokens} rows of {@code columns} values
     * @param y {@code tokens} rows; values {@code fromPanel * panelRows} and up are written, whole panels at a time, so the
     *     stride must be a multiple of {@link #panelRows()}
     * @param scratch at least {@link #matMulScratchBytes} bytes that no other thread uses meanwhile; what is left in it is
     *     made of weights
     */
    void matMul(PanelMatrix weights, long fromPanel, long toPanel, FloatRows x, FloatRows y, int tokens,
            MemorySegment scratch);

    /** Bytes of scratch memory that {@link #matMul} needs for weights of this layout; may be 0. */
    long matMulScratchBytes(PanelLayout layout);

    /** out[i] = x[i] / sqrt(mean(x²) + epsilon) · weight[i] (Zhang and Sennrich 2019). {@code out} may be {@code x}. */
    void rmsNorm(MemorySegment x, long xOffset, MemorySegment weight, float epsilon, MemorySegment out, long outOffset,
            int count);

    /**
     * Rotary position embedding in place (Su et al. 2021): x[i] = x[i] · cos[i] + x[partner(i)] · sin[i], where the sign is
     * part of {@code sin}. Values from {@code rotation.dim()} to the end of a head stay as they are.
     *
     * @param x {@code heads} consecutive heads of {@code headDim} values
     * @param rotation dimension, pairing, and the angles of this position
     */
    void rope(MemorySegment x, long xOffset, int heads, int headDim, Rotation rotation);

    /** Turns scores into probabilities, in place: exp(s − max) / Σ. */
    void softmax(MemorySegment scores, long offset, int count);

    /**
     * One query head against the cached keys and values of one head (Vaswani et al. 2017):
     * out = softmax(q · Kᵀ · scale) · V.
     *
     * @param q {@code cache.keyDim()} values
     * @param scores scratch for {@code cache.positions()} values
     * @param out {@code cache.valueDim()} values
     */
    void attention(MemorySegment q, long qOffset, CachedHead cache, MemorySegment scores, long scoresOffset,
            MemorySegment out, long outOffset);

    /** gate[i] = silu(gate[i]) · up[i] with silu(v) = v / (1 + exp(−v)) (Shazeer 2020). */
    void swiGlu(MemorySegment gate, long gateOffset, MemorySegment up, long upOffset, int count);

    /** x[i] = x[i] + y[i]: the residual connection. */
    void add(MemorySegment x, long xOffset, MemorySegment y, long yOffset, int count);
}
