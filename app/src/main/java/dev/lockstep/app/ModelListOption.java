package dev.lockstep.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The models that a command works on, one after another. */
final class ModelListOption {
    @Option(names = {"-m", "--model"}, paramLabel = "PATH",
            description = "A GGUF file; may be given several times. Default: the demo model.")
    private List<Path> models = List.of();

    @Mixin
    private TrustOptions trust;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    /** The files, at least one. Looks whether all are there: the last should not be missed after hours of work on the first. */
    List<Path> files() throws IOException {
        if (models.isEmpty()) {
            return List.of(DemoModel.file().orElseThrow(
                    () -> new ParameterException(command.commandLine(), "which model? Give --model PATH")));
        }
        if (models.size() > 1 && trust.namesSignature()) {
            throw new ParameterException(command.commandLine(), "--signature belongs to one model; there are " + models.size());
        }
        for (Path model : models) {
            if (!Files.exists(model)) {
                throw new NoSuchFileException(model.toString());
            }
        }
        return models;
    }

    /** What opens all of them; a warning is printed if nobody has to vouch for them. */
    GuardedLoader loader(Io io) {
        return trust.loader(io);
    }
}
