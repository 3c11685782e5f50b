package dev.lockstep.app;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A number of bytes, with K, M or G for multiples of 1024. */
final class ByteCount implements ITypeConverter<Long> {
    private static final String UNITS = "KMG";

    @Override
    public Long convert(String text) {
        try {
            int unit = text.isEmpty() ? -1 : UNITS.indexOf(Character.toUpperCase(text.charAt(text.length() - 1)));
            long number = Long.parseLong(unit < 0 ? text : text.substring(0, text.length() - 1));
            return Math.multiplyExact(requirePositive(number), 1L << 10 * (unit + 1));
        } catch (NumberFormatException | ArithmeticException e) {
            throw new TypeConversionException("\"" + Printable.text(text) + "\" is no number of bytes; say 2G, 512M or 1073741824");
        }
    }

    private static long requirePositive(long number) {
        if (number <= 0) {
            throw new NumberFormatException();
        }
        return number;
    }
}
