package dev.lockstep.models.internal;

import static dev.lockstep.kernel.ActivationFunction.GELU_TANH;
import static dev.lockstep.models.internal.DecoderSpec.Presence.ALWAYS;
import static dev.lockstep.models.internal.DecoderSpec.Presence.IF_COUNTED;
import static dev.lockstep.models.internal.DecoderSpecBuilder.llama;

import dev.lockstep.models.internal.DecoderSpec.Bias;
import dev.lockstep.models.internal.DecoderSpec.Block;
import dev.lockstep.models.internal.DecoderSpec.Experts;
import dev.lockstep.models.internal.DecoderSpec.LogitScale;
import dev.lockstep.models.internal.DecoderSpec.Norm;
import dev.lockstep.models.internal.DecoderSpec.QkNorm;
import dev.lockstep.models.internal.DecoderSpec.RotatedLayers;
import dev.lockstep.models.internal.DecoderSpec.SharedExpert;
import dev.lockstep.models.internal.DecoderSpec.WindowRope;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The table of decoder architectures: the name that files give a family, and what it does differently.
 *
 * <p>Source of the tensor names, metadata keys and defaults: ggml-org/llama.cpp, src/llama-arch.cpp and src/models (2026-08).
 */
enum Architecture {
    /** Also Llama 2 and 3, and Mistral and Mixtral checkpoints that were converted under this name. */
    LLAMA("llama", llama().experts(new Experts(IF_COUNTED, true, SharedExpert.NONE, false))),
    QWEN2("qwen2", llama().halves().biases(Bias.QKV)),
    QWEN2MOE("qwen2moe", llama().halves().biases(Bias.QKV).experts(new Experts(ALWAYS, false, SharedExpert.GATED, true))),
    QWEN3("qwen3", llama().halves().qkNorm(QkNorm.EACH_HEAD)),
    QWEN3MOE("qwen3moe", llama().halves().qkNorm(QkNorm.EACH_HEAD).experts(new Experts(ALWAYS, true, SharedExpert.NONE, true))),
    SMOLLM3("smollm3", llama().rotated(RotatedLayers.ALL_BUT_EVERY_FOURTH)),
    GRANITE("granite", llama().rotated(RotatedLayers.ALL_IF_TUNED).logitScale(LogitScale.DIVISOR)),
    GRANITEMOE("granitemoe", llama().rotated(RotatedLayers.ALL_IF_TUNED).logitScale(LogitScale.DIVISOR)
            .experts(new Experts(IF_COUNTED, true, SharedExpert.IF_WIDE, false))),
    /** OLMo 3 as well, which has windows. */
    OLMO2("olmo2", llama().halves().block(Block.POST_NORM).qkNorm(QkNorm.ALL_HEADS).windows(4, 0, WindowRope.UNSCALED)),
    OLMOE("olmoe", llama().halves().qkNorm(QkNorm.ALL_HEADS).experts(new Experts(ALWAYS, false, SharedExpert.NONE, false))),
    GEMMA("gemma", llama().halves().gated(GELU_TANH).scaledByWidth(0)),
    GEMMA2("gemma2", llama().halves().gated(GELU_TANH).scaledByWidth(46).block(Block.SANDWICH)
            .windows(2, 4096, WindowRope.LIKE_OTHERS).softCaps(50, 30)),
    GEMMA3("gemma3", llama().halves().gated(GELU_TANH).scaledByWidth(62).block(Block.SANDWICH)
            .windows(6, 0, WindowRope.UNSCALED_BASE_10000).qkNorm(QkNorm.EACH_HEAD)),
    PHI2("phi2", llama().halves().ungated(GELU_TANH).norm(Norm.LAYER).block(Block.PARALLEL).biases(Bias.values())),
    PHI3("phi3", llama().halves()),
    GPT2("gpt2", llama().learnedPositions().ungated(GELU_TANH).norm(Norm.LAYER)
            .biases(Bias.QKV, Bias.ATTENTION_OUTPUT, Bias.FEED_FORWARD)),
    GPTNEOX("gptneox", llama().halves().ungated(GELU_TANH).norm(Norm.LAYER).block(Block.PARALLEL_NORMS)
            .biases(Bias.QKV, Bias.ATTENTION_OUTPUT, Bias.FEED_FORWARD)),
    STARCODER2("starcoder2", llama().halves().ungated(GELU_TANH).norm(Norm.LAYER)
            .biases(Bias.QKV, Bias.ATTENTION_OUTPUT, Bias.FEED_FORWARD)),
    COHERE2("cohere2", llama().norm(Norm.LAYER_WITHOUT_BIAS).block(Block.PARALLEL).rotated(RotatedLayers.WINDOWED)
            .windows(4, 4096, WindowRope.LIKE_OTHERS).logitScale(LogitScale.FACTOR));

    private final String ggufName;
    private final DecoderSpec spec;

    Architecture(String ggufName, DecoderSpecBuilder row) {
        this.ggufName = ggufName;
        this.spec = row.build();
    }

    DecoderSpec spec() {
        return spec;
    }

    static Optional<Architecture> of(String ggufName) {
        return Arrays.stream(values()).filter(architecture -> architecture.ggufName.equals(ggufName)).findFirst();
    }

    static String names() {
        return Arrays.stream(values()).map(architecture -> architecture.ggufName).collect(Collectors.joining(", "));
    }
}
