package dev.lockstep.app;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A text that cannot be empty: scripts pass an empty one for a variable that is not set. */
final class TextConverter implements ITypeConverter<String> {
    @Override
    public String convert(String text) {
        if (text.isEmpty()) {
            throw new TypeConversionException("the text is empty");
        }
        return text;
    }
}
