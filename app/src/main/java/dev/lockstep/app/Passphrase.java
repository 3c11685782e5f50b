package dev.lockstep.app;

import java.io.Console;
import java.util.Arrays;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Asks for a passphrase on the terminal, never on the command line where others can read it. */
final class Passphrase {
    private Passphrase() {
    }

    /** Asks once. The caller overwrites the array. */
    static char[] ask(CommandSpec command, String prompt) {
        char[] answer = terminal(command).readPassword("%s: ", prompt);
        if (answer == null || answer.length == 0) {
            throw new ParameterException(command.commandLine(), "no passphrase was entered");
        }
        return answer;
    }

    /** Asks twice and compares. The caller overwrites the array. */
    static char[] choose(CommandSpec command, String prompt) {
        char[] first = ask(command, prompt);
        char[] second = ask(command, "Once more");
        boolean same = Arrays.equals(first, second);
        Arrays.fill(second, '\0');
        if (!same) {
            Arrays.fill(first, '\0');
            throw new ParameterException(command.commandLine(), "the passphrases differ");
        }
        return first;
    }

    private static Console terminal(CommandSpec command) {
        Console console = System.console();
        if (console == null || !console.isTerminal()) {
            throw new ParameterException(command.commandLine(), "a passphrase is asked for on a terminal, and there is none");
        }
        return console;
    }
}
