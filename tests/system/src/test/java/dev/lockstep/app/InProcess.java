package dev.lockstep.app;

import dev.lockstep.guard.policy.Principal;
import dev.lockstep.guard.posture.DeviceView;
import dev.lockstep.guard.posture.JvmView;
import dev.lockstep.guard.posture.Platform;
import dev.lockstep.guard.posture.PostureProbe;
import dev.lockstep.guard.posture.UnseenException;
import dev.lockstep.testkit.Cli;
import dev.lockstep.testkit.SharedData;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Runs {@code lockstep} in this JVM, which has compiled the kernels already: the same code from the arguments to the exit code, without
 * the second that a process takes to start. For what depends neither on the environment nor on what is common to a process: its memory,
 * its end, its options. In the package of the command line, whose entrance is not public.
 */
public final class InProcess {
    static {
        System.setProperty(DemoModel.HOME_PROPERTY, SharedData.projectRoot().toString());
    }

    /** This machine, as if its Java had been started without anything: whoever looks for a fault in a test debugs it. Nobody has configured it. */
    private static final Endpoint CLOSED = closed();

    private InProcess() {
    }

    private static Endpoint closed() {
        var jvm = new JvmView(Map.of(), List.of(), Set.of(), Set.of(), Instant.EPOCH);
        var view = new DeviceView(Path.of("/"), Platform.of(System.getProperty("os.name")), () -> jvm, command -> {
            throw new UnseenException("tests start no commands");
        }, InstantSource.system());
        Path nowhere = SharedData.projectRoot().resolve("target/no-such-folder");
        return new Endpoint(new PostureProbe(view), nowhere, nowhere, nowhere, () -> new Principal(Principal.Kind.USER, "tester", Set.of()),
                () -> nowhere, InstantSource.system());
    }

    /** Runs a command line to its end, with nothing on standard input and nobody at a terminal. */
    public static Cli.Result run(Object... arguments) {
        return run(new byte[0], false, arguments);
    }

    /** The same, with somebody who watches. */
    public static Cli.Result runOnTerminal(Object... arguments) {
        return run(new byte[0], true, arguments);
    }

    /** The same, with bytes on standard input. */
    public static Cli.Result runWithInput(byte[] input, Object... arguments) {
        return run(input, false, arguments);
    }

    /** The same, with another folder in the role of the project. */
    public static Cli.Result runWithHome(Path home, Object... arguments) {
        System.setProperty(DemoModel.HOME_PROPERTY, home.toString());
        try {
            return run(arguments);
        } finally {
            System.setProperty(DemoModel.HOME_PROPERTY, SharedData.projectRoot().toString());
        }
    }

    /**
     * A machine that is made for a test.
     *
     * @param machine where its administrator says what applies to everybody
     * @param configuration of its user
     * @param state where things are remembered
     * @param user null if the system does not say who that is
     * @param home where its files say that its user is at home
     */
    public record Machine(PostureProbe probe, Path machine, Path configuration, Path state, Principal user, Path home, InstantSource clock) { }

    /** Runs a command line on another machine, with bytes on standard input. */
    public static Cli.Result runOn(Machine machine, byte[] input, Object... arguments) {
        return run(input, false, new Endpoint(machine.probe(), machine.machine(), machine.configuration(), machine.state(), () -> userOf(machine),
                machine::home, machine.clock()), arguments);
    }

    private static Principal userOf(Machine machine) throws IOException {
        if (machine.user() == null) {
            throw new IOException("there is no /proc");
        }
        return machine.user();
    }

    private static Cli.Result run(byte[] input, boolean isTerminal, Object... arguments) {
        return run(input, isTerminal, CLOSED, arguments);
    }

    private static Cli.Result run(byte[] input, boolean isTerminal, Endpoint endpoint, Object... arguments) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        var io = new Io(Channels.newChannel(new ByteArrayInputStream(input)), Channels.newChannel(out),
                new PrintStream(err, true, StandardCharsets.UTF_8), isTerminal, isTerminal, new CommandGuard(endpoint));
        int exitCode = Main.run(io, Arrays.stream(arguments).map(Object::toString).toArray(String[]::new));
        return new Cli.Result(exitCode, out.toByteArray(), err.toString(StandardCharsets.UTF_8));
    }
}
