package dev.lockstep.app;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code lockstep policy}: for whoever writes guard policies (docs/guard-policy.md). */
@Command(name = "policy", description = "Checks and explains guard policies: who may use which model on which data, on which device.",
        subcommands = {PolicyCheckCommand.class, PolicyExplainCommand.class, PolicyTokenCommand.class, PolicySchemaCommand.class})
final class PolicyCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "which command? check, explain, token or schema");
    }
}
