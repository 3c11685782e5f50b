package dev.lockstep.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Runs {@code lockstep} in a process of its own, as a user would, in a heap of 256 MiB. Immutable. */
public final class Cli {
    private static final String MAIN = "dev.lockstep.app.Main";
    private static final long TIMEOUT_SECONDS = 120;

    private final List<String> jvmOptions;
    private final Map<String, String> environment;
    private final byte[] input;

    private Cli(List<String> jvmOptions, Map<String, String> environment, byte[] input) {
        this.jvmOptions = jvmOptions;
        this.environment = environment;
        this.input = input;
    }

    /** With the Vector API and the project's demo model, and without whatever the user of this machine has configured. */
    public static Cli standard() {
        Path nobody = SharedData.projectRoot().resolve("target/no-such-folder");
        return new Cli(List.of("-Xmx256m", "-XX:+UseSerialGC", "--add-modules", Jvm.VECTOR_MODULE,
                "-Dlockstep.home=" + SharedData.projectRoot()),
                Map.of("XDG_CONFIG_HOME", nobody.toString(), "XDG_STATE_HOME", nobody.toString()), new byte[0]);
    }

    /** In plain Java, compiled in haste, which is ready in half the time: for tests that are not about speed or kernels. */
    public static Cli plainJava() {
        return standard().withoutVectorModule().withOption("-XX:TieredStopAtLevel=1");
    }

    /** A JVM option more; later ones win. */
    public Cli withOption(String option) {
        List<String> options = new ArrayList<>(jvmOptions);
        options.add(option);
        return new Cli(options, environment, input);
    }

    /** Without the module that the vector kernels need. */
    public Cli withoutVectorModule() {
        List<String> options = new ArrayList<>(jvmOptions);
        options.removeAll(List.of("--add-modules", Jvm.VECTOR_MODULE));
        return new Cli(options, environment, input);
    }

    /** With another folder in the role of the project. */
    public Cli withHome(Path home) {
        return withOption("-Dlockstep.home=" + home);
    }

    /** With an environment variable. */
    public Cli withEnvironment(String name, String value) {
        var variables = new HashMap<>(environment);
        variables.put(name, value);
        return new Cli(jvmOptions, variables, input);
    }

    /** With bytes on standard input. */
    public Cli withInput(byte[] bytes) {
        return new Cli(jvmOptions, environment, bytes);
    }

    /** What came of it. */
    public record Result(int exitCode, byte[] out, String err) {
        /** Standard output as text. */
        public String text() {
            return new String(out, StandardCharsets.UTF_8);
        }
    }

    /** Runs a command line to its end. */
    public Result run(Object... arguments) {
        List<String> command = Jvm.command(jvmOptions, MAIN, List.of(arguments).stream().map(Object::toString).toList());
        var builder = new ProcessBuilder(command);
        builder.environment().putAll(environment);
        return run(builder, input);
    }

    /** Runs any process to its end. */
    public static Result run(ProcessBuilder builder, byte[] input) {
        try {
            Process process = builder.start();
            var out = readAll(process.getInputStream());
            var err = readAll(process.getErrorStream());
            try (var stdin = process.getOutputStream()) {
                stdin.write(input);
            }
            if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException("no end after " + TIMEOUT_SECONDS + " s: " + builder.command());
            }
            return new Result(process.exitValue(), out.join(), new String(err.join(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static CompletableFuture<byte[]> readAll(InputStream stream) {
        return CompletableFuture.supplyAsync(() -> {
            try (stream) {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }, task -> Thread.ofVirtual().start(task));
    }
}
