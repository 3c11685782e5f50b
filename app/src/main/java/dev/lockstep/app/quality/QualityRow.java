package dev.lockstep.app.quality;

import dev.lockstep.quant.DType;

/**
 * What a type of weights costs.
 *
 * @param type of all matrices that fit into it
 * @param bytes of all tensors
 * @param bitsPerWeight the same for each of the model's values
 * @param weightError root mean square of the errors of weights, relative to that of the weights
 * @param perplexity of the quantized model
 * @param divergence mean, in nats per token, from the original
 * @param divergence99 what 99 % of tokens do not exceed
 * @param topAgreement share of tokens for which both think the same most probable
 */
public record QualityRow(DType type, long bytes, double bitsPerWeight, double weightError, double perplexity, double divergence,
        double divergence99, double topAgreement) { }
