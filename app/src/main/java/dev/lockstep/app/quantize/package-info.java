/**
 * A checkpoint as a GGUF file of other types: {@link dev.lockstep.app.quantize.QuantizedCheckpoint}. What becomes of which tensor says
 * {@link dev.lockstep.loader.QuantizationRule}, how {@link dev.lockstep.quant.BlockCodec#encode}.
 */
package dev.lockstep.app.quantize;
