package dev.lockstep.testkit;

import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** What others get to see of a process: heap dumps, core dumps (Linux), and what is in them. */
public final class Dumps {
    private static final Path CORE_PATTERN = Path.of("/proc/sys/kernel/core_pattern");
    private static final int TIMEOUT_SECONDS = 60;

    private Dumps() {
    }

    /** Counts how often each pattern occurs in a file. */
    public static List<Integer> count(Path file, List<byte[]> patterns) throws IOException {
        var search = new PatternSearch(patterns);
        try (var bytes = new RandomAccessFile(file.toFile(), "r")) {
            search.search((at, target, offset, count) -> read(bytes, at, target, offset, count), 0, bytes.length());
        }
        return search.counts();
    }

    private static int read(RandomAccessFile file, long at, byte[] target, int offset, int count) {
        try {
            file.seek(at);
            file.readFully(target, offset, count);
            return count;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Asks a running JVM for a dump of its heap, garbage included. */
    public static Cli.Result heapDump(Process process, Path file) {
        String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        return Cli.run(new ProcessBuilder(jcmd, Long.toString(process.pid()), "GC.heap_dump", "-all", file.toString()), new byte[0]);
    }

    /** Why a core dump could not be found on this machine, if so. */
    public static Optional<String> whyNoCoreDumps() throws IOException {
        if (Files.notExists(CORE_PATTERN)) {
            return Optional.of("there is no " + CORE_PATTERN);
        }
        String pattern = Files.readString(CORE_PATTERN).strip();
        boolean besideTheProcess = !pattern.contains("/") && !pattern.startsWith("|");
        return besideTheProcess ? Optional.empty() : Optional.of("core dumps go elsewhere here: " + pattern);
    }

    /** A process that may dump its core into a folder, as large as it gets. */
    public static ProcessBuilder dumpingInto(Path folder, List<String> command) {
        List<String> shell = List.of("sh", "-c", "ulimit -c unlimited; exec \"$@\"", "sh");
        var all = new ArrayList<>(shell);
        all.addAll(command);
        return new ProcessBuilder(all).directory(folder.toFile());
    }

    /**
     * Kills a process so that it dumps its core, if it does.
     *
     * @param folder where it runs
     */
    public static Optional<Path> abort(Process process, Path folder) throws IOException {
        signal(process, "ABRT");
        try {
            if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException("the process did not end");
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        File[] cores = folder.toFile().listFiles((_, name) -> name.startsWith("core"));
        return cores.length == 0 ? Optional.empty() : Optional.of(cores[0].toPath());
    }

    /** Sends a signal: TERM, INT, STOP, CONT, ABRT. */
    public static void signal(Process process, String name) {
        Cli.Result sent = Cli.run(new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())), new byte[0]);
        if (sent.exitCode() != 0) {
            throw new IllegalStateException(sent.err());
        }
    }
}
