package dev.lockstep.loader;

import dev.lockstep.quant.DType;
import java.util.Objects;
import java.util.Optional;

/**
 * What a checkpoint is to be once it is open.
 *
 * @param residency where its weights will be
 * @param type if matrices are to be quantized when they are loaded: to what; {@link QuantizationRule} says which ones
 */
public record OpenOptions(Residency residency, Optional<DType> type) {
    public OpenOptions {
        Objects.requireNonNull(residency, "residency");
        type.ifPresent(wanted -> {
            if (!wanted.isComputable()) {
                throw new IllegalArgumentException("type=" + wanted + " must be one of " + DType.computableNames());
            }
        });
    }

    /** Weights as they are stored. */
    public static OpenOptions of(Residency residency) {
        return new OpenOptions(residency, Optional.empty());
    }

    /** The same, quantized when they are loaded. */
    public OpenOptions withType(DType wanted) {
        return new OpenOptions(residency, Optional.of(wanted));
    }
}
