package dev.lockstep.models.internal;

import dev.lockstep.kernel.Rotation;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The table of decoder architectures: what distinguishes one family from another, as data for the one {@link Decoder}. All of
 * these are pre-norm transformers with RMS norm, grouped-query attention and a gated SiLU feed-forward network.
 *
 * <p>Source of the tensor names and metadata keys: ggml-org/llama.cpp, src/llama-arch.cpp (2026-08).
 */
enum Architecture {
    /** Touvron et al. 2023; also Llama 2 and 3, and Mistral checkpoints that were converted under this name. */
    LLAMA("llama", Rotation.Pairing.ADJACENT);

    private final String ggufName;
    private final Rotation.Pairing ropePairing;

    Architecture(String ggufName, Rotation.Pairing ropePairing) {
        this.ggufName = ggufName;
        this.ropePairing = ropePairing;
    }

    /** The value of {@code general.architecture}, and the prefix of the architecture's metadata keys. */
    String ggufName() {
        return ggufName;
    }

    Rotation.Pairing ropePairing() {
        return ropePairing;
    }

    static Optional<Architecture> of(String ggufName) {
        return Arrays.stream(values()).filter(architecture -> architecture.ggufName.equals(ggufName)).findFirst();
    }

    static String names() {
        return Arrays.stream(values()).map(Architecture::ggufName).collect(Collectors.joining(", "));
    }
}
