package dev.lockstep.app;

import dev.lockstep.app.synth.ModelShape;
import dev.lockstep.app.synth.SyntheticModel;
import dev.lockstep.loader.GgufWriter.Existing;
import dev.lockstep.loader.LoadLimits;
import dev.lockstep.quant.DType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lockstep synth}: a model of random weights in the shape of a real one. */
@Command(name = "synth",
        description = {"Writes a model with random weights in the shape of a real one, for benchmarks without downloads.",
            "It is the shape that counts: every model is written as a Llama model, which reads as many weights and multiplies as"
                    + " often. What else qwen3 and gemma3 have (further norms, sliding windows) is left out."},
        footer = {"", "The file is unsigned. Sign it (lockstep sign), or open it with --allow-unsigned.%n"})
final class SynthCommand extends IoCommand {
    @Option(names = "--shape", required = true, paramLabel = "NAME", completionCandidates = Shapes.class,
            description = "One of ${COMPLETION-CANDIDATES}.")
    private String shape;

    @Option(names = "--type", required = true, paramLabel = "TYPE", completionCandidates = Types.class,
            description = {"Type of the matrices: one of ${COMPLETION-CANDIDATES}.",
                "Where rows are no whole blocks of it, the nearest type that fits."})
    private String type;

    @Option(names = "--seed", paramLabel = "N", description = "Equal seeds give equal files. Default: ${DEFAULT-VALUE}.")
    private long seed = 1;

    @Option(names = {"-c", "--context"}, paramLabel = "N",
            description = "The longest context that the model claims to know, in tokens. Default: the real model's.")
    private Integer context;

    @Option(names = "--force", description = "Replace OUT if it exists.")
    private boolean force;

    @Parameters(paramLabel = "OUT", description = "The GGUF file to write.")
    private Path out;

    @Spec
    private CommandSpec spec;

    /** What {@code --shape} may say. */
    static final class Shapes implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Arrays.stream(ModelShape.values()).map(ModelShape::label).iterator();
        }
    }

    /** What {@code --type} may say. */
    static final class Types implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Arrays.stream(DType.values()).filter(SyntheticModel::supports).map(DType::name).iterator();
        }
    }

    @Override
    public Integer call() throws IOException {
        SyntheticModel model = model();
        long start = System.nanoTime();
        try (var progress = Progress.of(io, "writing random weights", model.weightBytes())) {
            model.write(out, force ? Existing.REPLACE : Existing.REFUSE, progress::to);
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        io.err().println(String.format(Locale.ROOT, "lockstep: %s: %.3f billion random weights, %.3f GB, in %.1f s", out,
                model.parameters() / 1e9, model.weightBytes() / 1e9, seconds));
        return ExitCode.OK;
    }

    private SyntheticModel model() {
        ModelShape known = ModelShape.of(shape).orElseThrow(() -> new ParameterException(spec.commandLine(),
                "--shape " + shape + " is not known; there are " + String.join(", ", new Shapes())));
        DType dtype = Arrays.stream(DType.values()).filter(SyntheticModel::supports)
                .filter(candidate -> candidate.name().equalsIgnoreCase(type)).findFirst()
                .orElseThrow(() -> new ParameterException(spec.commandLine(),
                        "--type " + type + " cannot be made; there are " + String.join(", ", new Types())));
        int contextLength = context == null ? known.contextLength() : context;
        if (contextLength < 1 || contextLength > LoadLimits.MAX_CONTEXT) {
            throw new ParameterException(spec.commandLine(),
                    "--context " + contextLength + " must be 1 to " + LoadLimits.MAX_CONTEXT);
        }
        return new SyntheticModel(known, dtype, seed, contextLength);
    }
}
