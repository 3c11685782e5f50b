package dev.lockstep.app;

import dev.lockstep.guard.policy.Recent;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** How much is asked for, as somebody assumes it. */
final class AmountOptions {
    @Option(names = "--context", paramLabel = "N", description = "Length of the session, in tokens. Default: 0.")
    private long context;

    @Option(names = "--prompt-tokens", paramLabel = "N", description = "Tokens to be read. Default: 0.")
    private long promptTokens;

    @Option(names = "--new-tokens", paramLabel = "N", description = "Tokens to be generated. Default: 0.")
    private long newTokens;

    @Option(names = "--recent-requests", paramLabel = "N", description = "Requests in the minute before. Default: 0.")
    private long recentRequests;

    @Option(names = "--recent-tokens", paramLabel = "N", description = "Tokens in the minute before. Default: 0.")
    private long recentTokens;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    private long checked(String option, long amount) {
        if (amount < 0) {
            throw new ParameterException(command.commandLine(), option + '=' + amount + " must not be negative");
        }
        return amount;
    }

    long context() {
        return checked("--context", context);
    }

    long promptTokens() {
        return checked("--prompt-tokens", promptTokens);
    }

    long newTokens() {
        return checked("--new-tokens", newTokens);
    }

    Recent recent() {
        return new Recent(checked("--recent-requests", recentRequests), checked("--recent-tokens", recentTokens));
    }
}
