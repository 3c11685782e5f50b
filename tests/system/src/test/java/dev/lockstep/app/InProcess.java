package dev.lockstep.app;

import dev.lockstep.testkit.Cli;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Runs command lines in this JVM, which has compiled the kernels already: for what does not depend on a process of its own. */
public final class InProcess {
    private InProcess() {
    }

    /** Runs a command line to its end, with nothing on standard input and nobody at a terminal. */
    public static Cli.Result run(Object... arguments) {
        return run(false, arguments);
    }

    /** The same, with somebody who watches. */
    public static Cli.Result runOnTerminal(Object... arguments) {
        return run(true, arguments);
    }

    private static Cli.Result run(boolean isTerminal, Object... arguments) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        var io = new Io(Channels.newChannel(new ByteArrayInputStream(new byte[0])), Channels.newChannel(out),
                new PrintStream(err, true, StandardCharsets.UTF_8), isTerminal, isTerminal);
        int exitCode = Main.run(io, Arrays.stream(arguments).map(Object::toString).toArray(String[]::new));
        return new Cli.Result(exitCode, out.toByteArray(), err.toString(StandardCharsets.UTF_8));
    }
}
