package dev.lockstep.app;

import dev.lockstep.loader.OpenOptions;
import dev.lockstep.loader.VerifiedCheckpoint;
import dev.lockstep.models.LoadOptions;
import dev.lockstep.models.Model;
import dev.lockstep.models.SessionOptions;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The model a command works on. */
final class ModelOption {
    @Option(names = {"-m", "--model"}, paramLabel = "PATH", description = "A GGUF, safetensors, HDF5 or Keras file, or a folder. Default: the demo model.")
    private Path model;

    @Mixin
    private WeightOptions weights;

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
    OwnIdentities identities() {
        return identities.identities(command);
    }

    /** Like {@link #open(Io)}, with identities that are needed for more than the model. */
    VerifiedCheckpoint open(Io io, OwnIdentities shared) throws IOException {
        return open(io, shared, file(), weights.value());
    }

    /** The file or folder that was named. */
    Path file() {
        return model != null ? model : DemoModel.file().orElseThrow(
                () -> new ParameterException(command.commandLine(), "which model? Give --model PATH"));
    }

    private VerifiedCheckpoint open(Io io, OwnIdentities shared, Path file, OpenOptions options) throws IOException {
        VerifiedCheckpoint checkpoint = AgeIdentityOptions.opening(shared, file, all -> {
            GuardedLoader loader = trust.loader(io);
            try (var progress = Progress.of(io)) {
                progress.show("verifying " + Printable.text(file.toString()));
                return loader.open(file, options, all);
            }
        });
        checkpoint.exposure().forEach(problem -> io.err().println("lockstep: WARNING: " + Printable.text(problem)
                + "; others could change the model, and then it would not load"));
        return checkpoint;
    }

    /**
     * Verifies and loads the model, if there is room for it and for a session; the caller closes it.
     *
     * @param shared as in {@link #open(Io, OwnIdentities)}
     * @param showPlan print what it will take
     */
    Model load(Io io, OwnIdentities shared, LoadOptions options, SessionOptions session, boolean showPlan) throws IOException {
        try (VerifiedCheckpoint checkpoint = open(io, shared)) {
            return load(io, checkpoint, options, session, showPlan);
        }
    }

    /** The same for another model than the one that was named, on the same word, its weights as they are stored. */
    Model loadOther(Io io, OwnIdentities shared, Path other, LoadOptions options, SessionOptions session) throws IOException {
        if (trust.namesSignature()) {
            throw new ParameterException(command.commandLine(), "--signature belongs to one model; there are 2");
        }
        try (VerifiedCheckpoint checkpoint = open(io, shared, other, weights.asStored())) {
            return load(io, checkpoint, options, session, false);
        }
    }

    private static Model load(Io io, VerifiedCheckpoint checkpoint, LoadOptions options, SessionOptions session, boolean showPlan) {
        try (var progress = Progress.of(io, "loading " + Printable.text(checkpoint.name()), Math.max(1, checkpoint.matrixBytes()))) {
            checkpoint.onLoading(progress::to);
            return Model.load(checkpoint, options, session, plan -> {
                if (showPlan) {
                    io.err().println("lockstep: memory: " + MemoryText.of(plan));
                }
                progress.to(0);
            });
        }
    }
}
