package dev.lockstep.guard.posture;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs commands without a shell, without an environment and without input, for a bounded time. */
final class SystemCommands implements StatusCommands {
    /** Such commands answer in milliseconds; PowerShell needs a second or two to start. */
    static final Duration TIMEOUT = Duration.ofSeconds(10);

    /** What fits into the smallest pipe there is; whoever writes more waits for a reader that never comes, until the time is up. */
    static final int MAX_OUTPUT_BYTES = 4096;

    private final Duration timeout;

    SystemCommands(Duration timeout) {
        this.timeout = timeout;
    }

    @Override
    public String run(List<String> command) throws UnseenException {
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().clear();
        try {
            Process process = builder.start();
            process.getOutputStream().close();
            try (var out = process.getInputStream()) {
                return output(process, out, command.getFirst());
            } finally {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            throw new UnseenException(command.getFirst() + " cannot be run: " + e.getMessage(), e);
        }
    }

    /** Read after the end, and only what is there: a child that outlives the command may hold the pipe open. */
    private String output(Process process, InputStream out, String program) throws IOException, UnseenException {
        try {
            if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new UnseenException(program + " has not ended within " + timeout.toMillis() + " ms");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnseenException(program + " was interrupted", e);
        }
        return new String(out.readNBytes(Math.min(out.available(), MAX_OUTPUT_BYTES)), StandardCharsets.UTF_8);
    }
}
