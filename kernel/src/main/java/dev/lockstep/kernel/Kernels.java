package dev.lockstep.kernel;

import dev.lockstep.quant.DType;
import dev.lockstep.quant.PanelMatrix;
import java.lang.foreign.MemorySegment;

/**
 * The operators of a transformer on float32 activations. Stateless and thread-safe; memory is borrowed; offsets are in
 * bytes, counts in values. Arguments are the caller's duty: a wrong offset ends in an {@link IndexOutOfBoundsException}
 * from the segment, never in foreign memory.
 *
 * <p>Every implementation agrees with the scalar one: products with weights to the last bit, everything else up to rounding,
 * bounded relative to the magnitudes that are added up.
 */
public interface Kernels {
    /** "scalar" or "vector". */
    String name();

    /** Vector width in bits; 0 for scalar code. */
    int vectorBits();

    /** Rows that {@link #matMul} wants woven into one panel. */
    int panelRows();

    /**
     * True if products with weights of this type are computed in integers, on activations rounded to 8 bits: Q8_0 and the types of
     * up to 6 bits. All others are computed in float32 on weights expanded exactly, and activations as they are.
     */
    static boolean isInteger(DType type) {
        return switch (type) {
            case Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q2_K, Q3_K, Q4_K, Q5_K, Q6_K, MXFP4 -> true;
            default -> false;
        };
    }

    /**
     * Makes the forms that {@link #matMul} reads of {@code x.rows()}.
     *
     * @param fromTile first tile of {@link Activations#TILE} tokens, inclusive
     * @param toTile last tile, exclusive
     * @param tokens tokens in all tiles together
     */
    void prepare(Activations x, int fromTile, int toTile, int tokens);

    /**
     * y = x · Wᵀ for the rows of W in panels {@code fromPanel} (inclusive) to {@code toPanel} (exclusive).
     *
     * @param weights W of shape (rows, columns), in panels of {@link #panelRows()} rows
     * @param x {@code tokens} prepared rows of {@code columns} values
     * @param y {@code tokens} rows; values {@code fromPanel * panelRows} and up are written, whole panels at a time, so the
     *     stride must be a multiple of {@link #panelRows()}
     * @param scratch for at least as many columns and tokens; no other thread may use it meanwhile
     */
    void matMul(PanelMatrix weights, long fromPanel, long toPanel, Activations x, FloatRows y, int tokens,
            MatMulScratch scratch);

    /** out[i] = x[i] / sqrt(mean(x²) + epsilon) · weight[i] (Zhang and Sennrich 2019). {@code out} may be {@code x}. */
    void rmsNorm(MemorySegment x, long xOffset, MemorySegment weight, float epsilon, MemorySegment out, long outOffset,
            int count);

    /**
     * out[i] = (x[i] − mean(x)) / sqrt(variance(x) + epsilon) · weight[i] (Ba et al. 2016); a bias is {@linkplain #add added}
     * afterwards. {@code out} may be {@code x}.
     */
    void layerNorm(MemorySegment x, long xOffset, MemorySegment weight, float epsilon, MemorySegment out, long outOffset,
            int count);

    /**
     * Rotary position embedding in place (Su et al. 2021): x[i] = x[i] · cos[i] + x[partner(i)] · sin[i], where the sign is
     * part of {@code sin}. Values from {@code rotation.dim()} to the end of a head stay as they are.
     *
     * @param x {@code heads} consecutive heads of {@code headDim} values
     * @param rotation dimension, pairing, and the angles of this position
     */
    void rope(MemorySegment x, long xOffset, int heads, int headDim, Rotation rotation);

    /**
     * Stores the key and the value of one position. What is too large for the cache's type, infinity included, is stored as the
     * largest number it has; a NaN as 0. Threads may store different positions at the same time.
     *
     * @param k {@code cache.layout().keyDim()} values
     * @param v {@code cache.layout().valueDim()} values
     * @return false if there was a NaN
     */
    boolean storeKv(CachedHead cache, int position, MemorySegment k, long kOffset, MemorySegment v, long vOffset);

    /**
     * The query heads of consecutive tokens that share a key/value head, against its cache (Vaswani et al. 2017):
     * out = softmax(q · Kᵀ · scale) · V, over the positions that the token sees: up to its own, as far as the window shows, or all. The
     * result for a token does not depend on which others come with it, to the last bit.
     *
     * @param cache holds the keys and values of all positions that a token sees
     * @param kvHead which head {@code cache} is: picks heads {@code kvHead * spec.heads()} and up of a row
     * @param q rows of (all query heads, keyDim)
     * @param out rows of (all query heads, valueDim)
     * @param firstToken row of the first token in {@code q} and {@code out}
     * @param position of the first token; the others follow
     * @param scratch at least {@link #attentionScratchBytes} bytes that no other thread uses meanwhile
     */
    void attention(CachedHead cache, AttentionSpec spec, int kvHead, FloatRows q, FloatRows out, int firstToken, int tokens,
            int position, MemorySegment scratch);

    /** Bytes of scratch memory that {@link #attention} needs for so many queries, which are tokens times heads; may be 0. */
    long attentionScratchBytes(KvLayout layout, int queries);

    /** x[i] = function(x[i]). */
    void activate(ActivationFunction function, MemorySegment x, long xOffset, int count);

    /** x[i] = cap · tanh(x[i] / cap): what is far above the cap, or below it, comes near it (Bello et al. 2016). */
    void softCap(MemorySegment x, long xOffset, float cap, int count);

    /** x[i] = x[i] · y[i]: what a gate lets pass (Shazeer 2020). */
    void multiply(MemorySegment x, long xOffset, MemorySegment y, long yOffset, int count);

    /** x[i] = factor · x[i]. */
    void scale(MemorySegment x, long xOffset, float factor, int count);

    /** x[i] = x[i] + y[i]: the residual connection, or a bias. */
    void add(MemorySegment x, long xOffset, MemorySegment y, long yOffset, int count);
}
