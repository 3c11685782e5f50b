package dev.lockstep.models.internal;

import dev.lockstep.kernel.ActivationFunction;
import dev.lockstep.kernel.Rotation.Pairing;
import dev.lockstep.models.internal.DecoderSpec.Bias;
import dev.lockstep.models.internal.DecoderSpec.Network;
import dev.lockstep.models.internal.DecoderSpec.Positions;
import dev.lockstep.models.internal.DecoderSpec.RotatedLayers;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The table of encoder architectures: the name that files give a family, and what it is like.
 *
 * <p>Source of the tensor names, metadata keys and defaults: ggml-org/llama.cpp, src/models/bert.cpp (2026-08). GELU is its tanh form
 * there, and here; transformers uses the exact one, which a file can ask for.
 */
enum EncoderArchitecture {
    /** Also sentence-transformers, BGE, E5, GTE and others of the same shape. */
    BERT("bert", new EncoderSpec(new Positions(Pairing.ADJACENT, RotatedLayers.NONE, true),
            new Network(ActivationFunction.GELU_TANH, false), Set.of(Bias.QKV, Bias.ATTENTION_OUTPUT, Bias.FEED_FORWARD))),
    /** Nussbaum et al. 2024. */
    NOMIC_BERT("nomic-bert", new EncoderSpec(new Positions(Pairing.HALVES, RotatedLayers.ALL, false),
            new Network(ActivationFunction.SILU, true), Set.of()));

    private final String ggufName;
    private final EncoderSpec spec;

    EncoderArchitecture(String ggufName, EncoderSpec spec) {
        this.ggufName = ggufName;
        this.spec = spec;
    }

    EncoderSpec spec() {
        return spec;
    }

    static Optional<EncoderArchitecture> of(String ggufName) {
        return Arrays.stream(values()).filter(architecture -> architecture.ggufName.equals(ggufName)).findFirst();
    }

    static String names() {
        return Arrays.stream(values()).map(architecture -> architecture.ggufName).collect(Collectors.joining(", "));
    }
}
