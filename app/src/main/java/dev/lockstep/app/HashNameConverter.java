package dev.lockstep.app;

import dev.lockstep.loader.signing.HashAlgorithm;
import java.util.Arrays;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The names that OMS has for hashes. */
final class HashNameConverter implements ITypeConverter<HashAlgorithm> {
    @Override
    public HashAlgorithm convert(String name) {
        return HashAlgorithm.named(name).orElseThrow(() -> new TypeConversionException("\"" + name + "\" is no hash; there are "
                + String.join(", ", Arrays.stream(HashAlgorithm.values()).map(HashAlgorithm::omsName).toList())));
    }
}
