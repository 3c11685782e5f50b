package dev.lockstep.models.internal;

import dev.lockstep.kernel.Rotation.Pairing;
import dev.lockstep.models.internal.DecoderSpec.NormPlace;
import dev.lockstep.models.internal.DecoderSpec.QkNorm;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The table of decoder architectures: the name that files give a family, and what it does differently.
 *
 * <p>Source of the tensor names and metadata keys: ggml-org/llama.cpp, src/llama-arch.cpp (2026-08).
 */
enum Architecture {
    /** Also Llama 2 and 3, and Mistral checkpoints that were converted under this name. */
    LLAMA("llama", DecoderSpec.llama()),
    QWEN2("qwen2", DecoderSpec.llama().withRopePairing(Pairing.HALVES).withQkvBias()),
    QWEN3("qwen3", DecoderSpec.llama().withRopePairing(Pairing.HALVES).withQkNorm(QkNorm.EACH_HEAD)),
    SMOLLM3("smollm3", DecoderSpec.llama().withRopeSkip(4)),
    GRANITE("granite", DecoderSpec.llama().withMultipliers()),
    OLMO2("olmo2", DecoderSpec.llama().withRopePairing(Pairing.HALVES).withNormPlace(NormPlace.AFTER).withQkNorm(QkNorm.ALL_HEADS));

    private final String ggufName;
    private final DecoderSpec spec;

    Architecture(String ggufName, DecoderSpec spec) {
        this.ggufName = ggufName;
        this.spec = spec;
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
