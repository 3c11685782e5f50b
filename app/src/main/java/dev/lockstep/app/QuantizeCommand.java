package dev.lockstep.app;

import dev.lockstep.app.quantize.QuantizedCheckpoint;
import dev.lockstep.loader.GgufWriter;
import dev.lockstep.loader.GgufWriter.Existing;
import dev.lockstep.loader.OpenOptions;
import dev.lockstep.loader.Residency;
import dev.lockstep.loader.TensorInfo;
import dev.lockstep.loader.VerifiedCheckpoint;
import dev.lockstep.loader.age.EncryptedName;
import dev.lockstep.quant.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lockstep quantize}: a model in a smaller type. */
@Command(name = "quantize",
        description = {"Writes a model as a GGUF file whose matrices have another type.",
            "Norms, routers of experts, positions and biases keep their precision; so does, at 6 bits, the output matrix unless --pure."},
        footer = {"", "The file is unsigned. Sign it (lockstep sign), or open it with --allow-unsigned.%n"})
final class QuantizeCommand extends IoCommand {
    private static final double MIB = 1 << 20;

    @Parameters(index = "0", paramLabel = "IN", description = "The model to read.")
    private Path in;

    @Parameters(index = "1", paramLabel = "OUT", description = "The GGUF file to write.")
    private Path out;

    @Option(names = "--type", required = true, paramLabel = "TYPE", converter = ComputableType.class, completionCandidates = ComputableType.class,
            description = {"Type of the matrices: one of ${COMPLETION-CANDIDATES}.", "Where rows are no whole blocks of it, the nearest type that fits."})
    private DType type;

    @Option(names = "--pure", description = "All matrices get this type, the output matrix too.")
    private boolean pure;

    @Option(names = "--allow-requantize", description = "Take matrices that are quantized already. It is better to take the original.")
    private boolean allowRequantize;

    @Option(names = "--force", description = "Replace OUT if it exists.")
    private boolean force;

    @Mixin
    private ResidencyOption residency;

    @Mixin
    private AgeIdentityOptions identities;

    @Mixin
    private TrustOptions trust;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Existing existing = force ? Existing.REPLACE : Existing.REFUSE;
        requireOtherFile();
        GgufWriter.requireTarget(out, existing);
        // every tensor is read once, so it need not be in memory before
        Residency where = residency.valueOr(isPlain() ? Residency.MAPPED : Residency.RESIDENT);
        try (var own = identities.identities(spec); VerifiedCheckpoint checkpoint = AgeIdentityOptions.opening(own, in, all ->
                trust.loader(io).open(in, OpenOptions.of(where), all))) {
            var quantized = new QuantizedCheckpoint(checkpoint, type, pure);
            requireOriginal(quantized);
            write(checkpoint, quantized, existing);
        }
        return ExitCode.OK;
    }

    private void requireOtherFile() throws IOException {
        if (Files.exists(out) && Files.exists(in) && Files.isSameFile(in, out)) {
            throw new ParameterException(spec.commandLine(), "OUT is IN; write to another file");
        }
    }

    /** A folder may hold encrypted files, and then it says so. */
    private boolean isPlain() {
        return Files.isDirectory(in) || Files.isRegularFile(in) && EncryptedName.plain(in).isEmpty();
    }

    private void requireOriginal(QuantizedCheckpoint quantized) {
        List<TensorInfo> again = quantized.requantized();
        if (again.isEmpty()) {
            return;
        }
        String what = again.size() + " matrices are quantized already (" + Printable.text(again.getFirst().name()) + " is "
                + again.getFirst().type() + "), and would lose twice";
        if (!allowRequantize) {
            throw new ParameterException(spec.commandLine(), what + "; take the original, or say --allow-requantize");
        }
        io.err().println("lockstep: WARNING: " + what);
    }

    private void write(VerifiedCheckpoint checkpoint, QuantizedCheckpoint quantized, Existing existing) throws IOException {
        long start = System.nanoTime();
        try (var progress = Progress.of(io, "quantizing", quantized.elements())) {
            quantized.write(out, existing, progress::to);
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        String types = quantized.tensorsByType().entrySet().stream().map(each -> each.getValue() + " " + each.getKey())
                .collect(Collectors.joining(", "));
        io.err().println(String.format(Locale.ROOT, "lockstep: %s: tensors: %s; %.1f MiB, %.2f bits per weight, was %.1f MiB; in %.1f s", out, types,
                quantized.byteSize() / MIB, quantized.bitsPerWeight(), checkpoint.byteSize() / MIB, seconds));
        if (AgeIdentityOptions.isEncrypted(in)) {
            io.err().println("lockstep: WARNING: " + in + " is encrypted, and " + out + " is not (lockstep encrypt)");
        }
        io.err().println("lockstep: it is unsigned; sign it: lockstep sign " + out + " --private-key KEY.pem");
    }
}
