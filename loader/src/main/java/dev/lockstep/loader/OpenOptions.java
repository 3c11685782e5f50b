package dev.lockstep.loader;

import dev.lockstep.loader.gate.ModelGate;
import dev.lockstep.quant.DType;
import java.util.Objects;
import java.util.Optional;

/**
 * What a checkpoint is to be once it is open.
 *
 * @param residency where its weights will be
 * @param type if matrices are to be quantized when they are loaded: to what; {@link QuantizationRule} says which ones
 * @param gate who is asked before it is opened and about all that is made of it
 */
public record OpenOptions(Residency residency, Optional<DType> type, ModelGate gate) {
    public OpenOptions {
        Objects.requireNonNull(residency, "residency");
        Objects.requireNonNull(gate, "gate");
        type.ifPresent(wanted -> {
            if (!wanted.isComputable()) {
                throw new IllegalArgumentException("type=" + wanted + " must be one of " + DType.computableNames());
            }
        });
    }

    /** Weights as they are stored, and nobody to ask. */
    public static OpenOptions of(Residency residency) {
        return new OpenOptions(residency, Optional.empty(), ModelGate.OPEN);
    }

    /** The same, quantized when they are loaded. */
    public OpenOptions withType(DType wanted) {
        return new OpenOptions(residency, Optional.of(wanted), gate);
    }

    /** The same behind a gate. */
    public OpenOptions withGate(ModelGate asked) {
        return new OpenOptions(residency, type, asked);
    }
}
