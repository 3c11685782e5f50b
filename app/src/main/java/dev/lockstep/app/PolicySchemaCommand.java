package dev.lockstep.app;

import dev.lockstep.guard.policy.GuardPolicies;
import picocli.CommandLine.Command;

/** {@code lockstep policy schema}: for editors that complete and check what is typed. */
@Command(name = "schema", description = "Prints the JSON Schema (draft 2020-12) of guard policies.")
final class PolicySchemaCommand extends IoCommand {
    @Override
    public Integer call() {
        io.println(GuardPolicies.schema().stripTrailing());
        return ExitCode.OK;
    }
}
