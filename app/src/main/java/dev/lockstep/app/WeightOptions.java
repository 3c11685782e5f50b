package dev.lockstep.app;

import dev.lockstep.loader.OpenOptions;
import dev.lockstep.loader.gate.ModelGate;
import dev.lockstep.quant.DType;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What the weights of a model are once it is loaded. */
final class WeightOptions {
    @Mixin
    private ResidencyOption residency;

    @Option(names = "--type", paramLabel = "TYPE", converter = ComputableType.class, completionCandidates = ComputableType.class,
            description = {"Quantize matrices when they are loaded, to one of ${COMPLETION-CANDIDATES}, as lockstep quantize would.",
                "Default: they stay as they are stored."})
    private DType type;

    /** Without the type that was asked for. */
    OpenOptions asStored() {
        return OpenOptions.of(residency.value());
    }

    OpenOptions value() {
        return new OpenOptions(residency.value(), Optional.ofNullable(type), ModelGate.OPEN);
    }
}
