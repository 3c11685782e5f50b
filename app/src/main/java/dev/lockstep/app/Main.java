package dev.lockstep.app;

import dev.lockstep.loader.gate.RefusedException;
import dev.lockstep.securemem.HardeningException;
import dev.lockstep.securemem.SecureArena;
import dev.lockstep.securemem.Zeroing;
import java.io.PrintWriter;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** {@code lockstep}: transformers in pure Java, on weights it has proven. */
@Command(name = "lockstep",
        description = "Runs transformers in pure Java, on weights it has proven, and leaves nothing behind.",
        subcommands = {RunCommand.class, ChatCommand.class, InspectCommand.class, TokenizeCommand.class, LogitsCommand.class, EmbedCommand.class,
            PerplexityCommand.class, KeygenCommand.class,
            SignCommand.class, VerifyCommand.class, EncryptCommand.class, DecryptCommand.class, QuantizeCommand.class, QualityCommand.class,
            SynthCommand.class, BenchCommand.class, DeviceCommand.class, PolicyCommand.class, AuditCommand.class, DoctorCommand.class},
        mixinStandardHelpOptions = true, scope = ScopeType.INHERIT, versionProvider = Main.Version.class,
        usageHelpAutoWidth = true, sortOptions = false,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:done", "1:failed: unreadable or malformed input, not enough memory", "2:the command line makes no sense",
            "3:refused: unsigned, not trusted, changed, or against the guard policy"})
public final class Main implements Runnable {
    @Mixin
    private MemoryOptions memory;

    @Spec
    private CommandSpec spec;

    /** Runs a command line in this process and ends the process. */
    public static void main(String[] args) {
        // Whatever ends the process in an orderly way (return, SIGINT, SIGTERM), no memory is left as it was.
        Io io = Io.ofProcess();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(io), "lockstep-end"));
        System.exit(run(io, args));
    }

    private static void end(Io io) {
        long zeroedBytes = zeroAll();
        try {
            io.guard().close(zeroedBytes);
        } catch (RefusedException e) {
            System.err.println("lockstep: that it ended is not recorded: " + Printable.text(e.getMessage()));
        }
    }

    private static long zeroAll() {
        Zeroing zeroing = SecureArena.zeroAll();
        if (zeroing.bytes() > 0) {
            System.err.println(System.lineSeparator() + "lockstep: ended; " + MemoryText.of(zeroing));
        }
        return zeroing.bytes();
    }

    static int run(Io io, String... args) {
        var main = new Main();
        CommandLine commandLine = new CommandLine(main, new CommandFactory(io));
        commandLine.setOut(new PrintWriter(Channels.newOutputStream(io.out()), true,
                StandardCharsets.UTF_8));
        commandLine.setErr(new PrintWriter(io.err(), true));
        commandLine.setExecutionExceptionHandler(new Failures(io));
        commandLine.setExecutionStrategy(parsed -> main.execute(parsed, io));
        int exitCode = commandLine.execute(args);
        try {
            io.guard().close();
            return exitCode;
        } catch (RefusedException e) {
            int refused = new Failures(io).handleExecutionException(e, commandLine, commandLine.getParseResult());
            return exitCode == ExitCode.OK ? refused : exitCode;
        }
    }

    private int execute(ParseResult parsed, Io io) {
        try {
            memory.apply(io);
        } catch (HardeningException e) {
            return new Failures(io).handleExecutionException(e, spec.commandLine(), parsed);
        }
        try {
            return new CommandLine.RunLast().execute(parsed);
        } finally {
            memory.report(io);
        }
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "which command?");
    }

    /** The version in the jar's manifest. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Main.class.getModule().isNamed()
                    ? Main.class.getModule().getDescriptor().rawVersion().orElse("(development)")
                    : "(development)";
            return new String[] {"lockstep " + version};
        }
    }
}
