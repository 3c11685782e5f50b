/**
 * What the bytes of a tensor mean.
 *
 * <p>{@link dev.lockstep.quant.DType} is the table of types: block size, bytes per block, and for the types that this
 * build can read an exact scalar {@link dev.lockstep.quant.BlockCodec} and the {@link dev.lockstep.quant.PanelForm} in
 * which panels hold it. What a type lacks shows as an empty column. A block of Q8_0, say, is 34 bytes:
 *
 * <pre>
 *   byte 0..1   scale d, IEEE half precision, little-endian
 *   byte 2..33  32 signed bytes q;  weight[i] = d * q[i]
 * </pre>
 *
 * <p>A {@link dev.lockstep.quant.PanelLayout panel} holds the same bits in another order: corresponding units of
 * {@code panelRows} rows lie side by side, so that one vector load brings one column of many rows. Layouts follow ggml
 * (ggml-org/ggml, src/ggml-common.h, 2026-08).
 */
package dev.lockstep.quant;
