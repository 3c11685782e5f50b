package dev.lockstep.app;

import java.io.PrintStream;
import java.util.Optional;

/** One line on stderr that says how far long work is, on a terminal only. Closing wipes the line. */
final class Progress implements AutoCloseable {
    /** Back to the first column, and clear what is right of it. */
    private static final String CLEAR_LINE = "\r\u001b[K";

    private final Optional<PrintStream> terminal;
    private String shown = "";

    private Progress(Optional<PrintStream> terminal) {
        this.terminal = terminal;
    }

    static Progress of(Io io) {
        return new Progress(io.outIsTerminal() ? Optional.of(io.err()) : Optional.empty());
    }

    /** Replaces the line. */
    void show(String text) {
        if (!text.equals(shown)) {
            terminal.ifPresent(out -> out.print(CLEAR_LINE + "lockstep: " + text));
            shown = text;
        }
    }

    @Override
    public void close() {
        if (!shown.isEmpty()) {
            terminal.ifPresent(out -> out.print(CLEAR_LINE));
        }
    }
}
