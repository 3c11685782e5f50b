package dev.lockstep.app;

import dev.lockstep.loader.signing.SigningAlgorithm;
import java.util.Arrays;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The names of what models are signed with, as their standards write them and as Java does. */
final class SigningAlgorithmConverter implements ITypeConverter<SigningAlgorithm> {
    @Override
    public SigningAlgorithm convert(String name) {
        return SigningAlgorithm.named(name).orElseThrow(() -> new TypeConversionException("\"" + name + "\" is no algorithm for keys; there"
                + " are " + String.join(", ", Arrays.stream(SigningAlgorithm.values()).map(SigningAlgorithm::label).toList())));
    }
}
