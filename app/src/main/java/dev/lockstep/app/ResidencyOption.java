package dev.lockstep.app;

import dev.lockstep.loader.Residency;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;

/** Where the weights of a model are. */
final class ResidencyOption {
    @Option(names = "--residency", paramLabel = "WHERE", converter = Name.class,
            description = "Where the weights are: \"resident\" in private memory, or \"mapped\" in the file, for models larger than memory:"
                    + " every page is verified each time it is needed, which is slow. Default: resident, but for quantize, which reads a file once.")
    private Residency residency;

    Residency value() {
        return valueOr(Residency.RESIDENT);
    }

    /** What was asked for, or something else than usual if nothing was. */
    Residency valueOr(Residency unasked) {
        return residency != null ? residency : unasked;
    }

    /** Names as in the help, in any case. */
    static final class Name implements ITypeConverter<Residency> {
        @Override
        public Residency convert(String name) {
            return Arguments.named(name, Residency.values());
        }
    }
}
