package dev.lockstep.app;

import java.util.Arrays;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;

/** Command-line values that only the API can judge. */
final class Arguments {
    private Arguments() {
    }

    /** The constant with a name, in any case. */
    static <E extends Enum<E>> E named(String name, E[] values) {
        for (E value : values) {
            if (value.name().equalsIgnoreCase(name)) {
                return value;
            }
        }
        throw new TypeConversionException("\"" + name + "\" is none of "
                + Arrays.stream(values).map(value -> value.name().toLowerCase(Locale.ROOT)).collect(Collectors.joining(", ")));
    }

    /** Builds a value from options; what the API refuses is the user's mistake, not ours. */
    static <T> T checked(CommandSpec command, Supplier<T> value) {
        return checkedIo(command, value::get);
    }

    /** A value for which something must be read. */
    interface Reading<T, X extends Exception> {
        T get() throws X;
    }

    /** The same for what must be read. */
    static <T, X extends Exception> T checkedIo(CommandSpec command, Reading<T, X> value) throws X {
        try {
            return value.get();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), e.getMessage(), e);
        }
    }
}
