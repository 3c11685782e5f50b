package dev.lockstep.guard.posture;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Runs commands without a shell, without an environment and without input, for a bounded time. */
final class SystemCommands implements StatusCommands {
    /** Such commands answer in milliseconds; PowerShell needs a second or two to start. */
    static final Duration TIMEOUT = Duration.ofSeconds(10);

    /** Far above what a command says of one state. Of a longer output, no part would do: the next line could say the contrary. */
    static final int MAX_OUTPUT_BYTES = 4096;

    private final Duration timeout;

    SystemCommands(Duration timeout) {
        this.timeout = timeout;
    }

    @Override
    public String run(List<String> command) throws UnseenException {
        String program = command.getFirst();
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().clear();
        try {
            Process process = builder.start();
            try {
                process.getOutputStream().close();
                return output(process.getInputStream(), program);
            } finally {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            throw new UnseenException(program + " cannot be run: " + e.getMessage(), e);
        }
    }

    /** To its end, on a thread of its own: a read cannot be given up, and a child that outlives the command may hold the pipe open. */
    private String output(InputStream out, String program) throws IOException, UnseenException {
        var reading = new FutureTask<>(() -> read(out));
        Thread.ofPlatform().daemon().name("lockstep-command").start(reading);
        try {
            byte[] bytes = reading.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
            if (bytes.length > MAX_OUTPUT_BYTES) {
                throw new UnseenException(program + " has written more than " + MAX_OUTPUT_BYTES + " bytes");
            }
            return new String(bytes, StandardCharsets.UTF_8);
        } catch (TimeoutException e) {
            throw new UnseenException(program + " has not ended within " + timeout.toMillis() + " ms", e);
        } catch (ExecutionException e) {
            throw new IOException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnseenException(program + " was interrupted", e);
        }
    }

    private static byte[] read(InputStream out) throws IOException {
        try (out) {
            return out.readNBytes(MAX_OUTPUT_BYTES + 1);
        }
    }
}
