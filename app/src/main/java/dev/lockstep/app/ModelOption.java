package dev.lockstep.app;

import dev.lockstep.loader.CheckpointLoader;
import dev.lockstep.loader.VerifiedCheckpoint;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The model a command works on. */
final class ModelOption {
    @Option(names = {"-m", "--model"}, paramLabel = "PATH", description = "A GGUF file. Default: the demo model.")
    private Path model;

    @Mixin
    private ResidencyOption residency;

    @Mixin
    private AgeIdentityOptions identities;

    @Mixin
    private TrustOptions trust;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    /** Verifies and opens the model; the caller closes it. */
    VerifiedCheckpoint open(Io io) throws IOException {
        try (var own = identities()) {
            return open(io, own);
        }
    }

    /** The identities that were named; the caller closes them. */
    AgeIdentities identities() {
        return identities.identities();
    }

    /** Like {@link #open(Io)}, with identities that are needed for more than the model. */
    VerifiedCheckpoint open(Io io, AgeIdentities shared) throws IOException {
        Path file = model != null ? model : DemoModel.file().orElseThrow(
                () -> new ParameterException(command.commandLine(), "which model? Give --model PATH"));
        VerifiedCheckpoint checkpoint = AgeIdentityOptions.opening(shared, command, file, all ->
                CheckpointLoader.open(file, trust.policy(io), residency.value(), all));
        checkpoint.exposure().forEach(problem -> io.err().println("lockstep: WARNING: " + Printable.text(problem)
                + "; others could change the model, and then it would not load"));
        return checkpoint;
    }
}
