package dev.lockstep.app;

import java.io.PrintStream;
import java.util.Locale;
import java.util.Optional;

/** One line on stderr that says how far long work is, on a terminal only. Closing wipes the line. One thread at a time. */
final class Progress implements AutoCloseable {
    /** Back to the first column, and clear what is right of it. */
    private static final String CLEAR_LINE = "\r\u001b[K";

    /** Columns of the bar; with name and numbers it fits into a line of 80. */
    private static final int BAR_COLUMNS = 30;

    private static final int PERCENT = 100;
    private static final long SECOND_NANOS = 1_000_000_000;
    private static final long MINUTE_SECONDS = 60;

    /** Before, the first steps say too little about the others. */
    private static final long ESTIMATE_AFTER_NANOS = 2 * SECOND_NANOS;

    private final Optional<PrintStream> terminal;
    private final String work;
    private final long total;
    private final long start = System.nanoTime();
    private String shown = "";

    private Progress(Optional<PrintStream> terminal, String work, long total) {
        this.terminal = terminal;
        this.work = work;
        this.total = total;
    }

    /** For steps that are {@linkplain #show named}. */
    static Progress of(Io io) {
        return of(io, "", 1);
    }

    /**
     * For steps that are {@linkplain #to counted}, which makes a bar.
     *
     * @param work what is done
     * @param total how much of it there is, in any unit, at least 1
     */
    static Progress of(Io io, String work, long total) {
        return new Progress(io.outIsTerminal() ? Optional.of(io.err()) : Optional.empty(), work, total);
    }

    /** Says something else meanwhile, on a line that stays. */
    static void interrupt(Io io, String text) {
        io.err().println((io.outIsTerminal() ? CLEAR_LINE : "") + "lockstep: " + text);
    }

    /** Replaces the line. */
    void show(String text) {
        if (terminal.isPresent() && !text.equals(shown)) {
            terminal.get().print(CLEAR_LINE + "lockstep: " + text);
            shown = text;
        }
    }

    /** Moves the bar to {@code done} of the total. */
    void to(long done) {
        int percent = (int) (PERCENT * (double) done / total);
        int filled = percent * BAR_COLUMNS / PERCENT;
        show(String.format(Locale.ROOT, "%s [%s%s] %3d %%%s", work, "#".repeat(filled), ".".repeat(BAR_COLUMNS - filled), percent, left(done)));
    }

    private String left(long done) {
        long nanos = System.nanoTime() - start;
        if (done == 0 || nanos < ESTIMATE_AFTER_NANOS) {
            return "";
        }
        long seconds = (long) ((double) nanos / done * (total - done)) / SECOND_NANOS;
        return String.format(Locale.ROOT, ", %d:%02d left", seconds / MINUTE_SECONDS, seconds % MINUTE_SECONDS);
    }

    @Override
    public void close() {
        if (!shown.isEmpty()) {
            terminal.ifPresent(out -> out.print(CLEAR_LINE));
        }
    }
}
