package dev.lockstep.app;

import dev.lockstep.loader.VerifiedCheckpoint;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lockstep inspect}: what a model file is, who signed it, and what running it would take. */
@Command(name = "inspect", description = {"Shows what a model file is, who signed it, which kernels would run it and why, and the memory it takes.",
    "Exit code 1 tells that it could not be run."})
final class InspectCommand extends IoCommand {
    @Parameters(arity = "0..1", paramLabel = "PATH", description = "A GGUF, safetensors, HDF5 or Keras file, or a folder. Default: the demo model.")
    private Path model;

    @Mixin
    private WeightOptions weights;

    @Mixin
    private AgeIdentityOptions identities;

    @Mixin
    private TrustOptions trust;

    @Mixin
    private ComputeOptions compute;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Path file = model != null ? model : DemoModel.file().orElseThrow(
                () -> new ParameterException(spec.commandLine(), "which model? Give PATH"));
        var options = Arguments.checked(spec, compute::loadOptions);
        try (var own = identities.identities(spec); VerifiedCheckpoint checkpoint = AgeIdentityOptions.opening(own, file, all ->
                trust.loader(io).open(file, weights.value(), all))) {
            var inspection = Inspection.of(checkpoint, options, compute.sessionOptions());
            io.println(json ? Json.pretty(inspection.json()) : inspection.text());
            inspection.problem().ifPresent(problem -> io.err().println("lockstep: cannot be run: " + problem));
            return inspection.problem().isPresent() ? ExitCode.FAILURE : ExitCode.OK;
        }
    }
}
