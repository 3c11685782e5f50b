package dev.lockstep.app;

/** What a process ends with. */
final class ExitCode {
    static final int OK = 0;
    /** The command could not do its work: unreadable or malformed file, not enough memory. */
    static final int FAILURE = 1;
    /** The command line makes no sense. */
    static final int USAGE = 2;
    /** Refused by trust or policy. */
    static final int REFUSED = 3;

    private ExitCode() {
    }
}
