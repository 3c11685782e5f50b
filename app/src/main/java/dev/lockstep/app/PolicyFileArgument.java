package dev.lockstep.app;

import dev.lockstep.guard.policy.GuardPolicies;
import dev.lockstep.guard.policy.GuardPolicy;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A guard policy that is looked at, not used: its version is not remembered. */
final class PolicyFileArgument {
    @Parameters(paramLabel = "FILE", description = "The guard policy (docs/guard-policy.md).")
    private Path file;

    @Option(names = "--guard-key", paramLabel = "PEM",
            description = "Who must have signed it, with lockstep sign FILE. Default: nobody; only you may then be able to change it.")
    private Path key;

    GuardPolicy read() {
        return GuardPolicies.read(file, PolicyOptions.administrator(Optional.ofNullable(key)));
    }
}
