package dev.lockstep.app;

import dev.lockstep.models.Model;

/**
 * Wipes a model when the process is told to end (SIGTERM, SIGINT) while it is in use. Nothing helps against SIGKILL; the kernel
 * clears pages before it gives them to another process.
 */
final class ZeroOnExit implements AutoCloseable {
    private final Thread hook;

    ZeroOnExit(Model model) {
        hook = new Thread(model::close, "lockstep-zero-on-exit");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** The model is closed in the usual way from here on. */
    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException shuttingDown) {
            // the hook is running already, which is what it is for
            assert hook.isAlive();
        }
    }
}
