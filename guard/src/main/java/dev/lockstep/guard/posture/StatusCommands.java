package dev.lockstep.guard.posture;

import java.util.List;

/** The system's own commands that tell its state; only where no file does. */
@FunctionalInterface
public interface StatusCommands {
    /**
     * Runs one to its end.
     *
     * @param command absolute path of the program, and its arguments
     * @return what it wrote, error output included
     * @throws UnseenException if it is not there, takes too long or writes too much
     */
    String run(List<String> command) throws UnseenException;
}
