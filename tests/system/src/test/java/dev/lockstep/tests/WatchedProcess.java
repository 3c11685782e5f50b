package dev.lockstep.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testkit.Dumps;
import dev.lockstep.testkit.Jvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/** A {@link HygieneScenario} in another process, what it says of its secrets, and the search for them. */
final class WatchedProcess implements AutoCloseable {
    final Secrets secrets = new Secrets();
    private final Process process;
    private final BufferedReader output;
    private int panelRows;
    private String finish;

    private WatchedProcess(Process process) {
        this.process = process;
        this.output = process.inputReader();
    }

    /**
     * Starts a scenario.
     *
     * @param folder where it runs, and dumps its core
     */
    static WatchedProcess start(Path folder, List<String> jvmOptions, String scenario, Object... arguments) throws IOException {
        var options = new ArrayList<>(List.of("-Xmx256m", "-XX:+UseSerialGC", "--add-modules", Jvm.VECTOR_MODULE));
        options.addAll(jvmOptions);
        var all = new ArrayList<>(List.of(scenario));
        Arrays.stream(arguments).map(Object::toString).forEach(all::add);
        return new WatchedProcess(Dumps.dumpingInto(folder, Jvm.command(options, HygieneScenario.class.getName(), all))
                .redirectError(ProcessBuilder.Redirect.INHERIT).start());
    }

    Process process() {
        return process;
    }

    /** How the scenario says that it ended. */
    String finish() {
        return finish;
    }

    WatchedProcess runTo(String point) throws IOException {
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            String[] words = line.split(" ");
            switch (words[0]) {
                case "at" -> {
                    assertThat(words[1]).isEqualTo(point);
                    return this;
                }
                case "secret" -> secrets.add(words[1], unmasked(words[2]));
                case "rows" -> panelRows = Integer.parseInt(words[1]);
                case "finish" -> finish = words[1];
                default -> throw new IllegalStateException(line);
            }
        }
        throw new IllegalStateException("the process ended before " + point);
    }

    void goOn() throws IOException {
        process.getOutputStream().write('\n');
        process.getOutputStream().flush();
    }

    void addWeights() throws IOException {
        secrets.addWeights(panelRows);
    }

    void assertFound(String... names) throws IOException {
        secrets.assertFound(process, names);
    }

    void assertGone(String... names) throws IOException {
        secrets.assertGone(process, List.of(names));
    }

    void assertAllGone() throws IOException {
        secrets.assertGone(process);
    }

    private static byte[] unmasked(String hex) {
        byte[] bytes = HexFormat.of().parseHex(hex);
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] ^= HygieneScenario.MASK;
        }
        return bytes;
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
