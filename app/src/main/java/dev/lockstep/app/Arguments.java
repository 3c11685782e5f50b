package dev.lockstep.app;

import java.util.function.Supplier;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Command-line values that only the API can judge. */
final class Arguments {
    private Arguments() {
    }

    /** Builds a value from options; what the API refuses is the user's mistake, not ours. */
    static <T> T checked(CommandSpec command, Supplier<T> value) {
        try {
            return value.get();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), e.getMessage(), e);
        }
    }
}
