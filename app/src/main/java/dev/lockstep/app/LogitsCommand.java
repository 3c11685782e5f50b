package dev.lockstep.app;

import dev.lockstep.kernel.KvType;
import dev.lockstep.models.Model;
import dev.lockstep.models.Session;
import dev.lockstep.models.SessionOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code lockstep logits}: the raw output of a model, for comparing implementations. */
@Command(name = "logits",
        description = "Writes the logits after each token: float32, little-endian, shape (tokens, vocabulary).")
final class LogitsCommand extends IoCommand {
    @Mixin
    private ModelOption model;

    @Option(names = "--tokens", required = true, split = ",", paramLabel = "ID", description = "Token ids: 1,2,3")
    private List<Integer> tokens;

    @Option(names = "--out", required = true, paramLabel = "FILE", description = "The file to write.")
    private Path out;

    @Mixin
    private ComputeOptions compute;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        var options = Arguments.checked(spec, compute::loadOptions);
        // exact: the numbers are for comparing with other implementations
        SessionOptions exact = compute.sessionOptions(KvType.F32);
        try (var own = model.identities(); Model loaded = model.load(io, own, options, exact, false); Session session = loaded.newSession(exact)) {
            int[] ids = tokens.stream().mapToInt(Integer::intValue).toArray();
            requireInVocabulary(ids, loaded.tokenizer().vocabularySize());
            try (var file = FileChannel.open(out, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.WRITE)) {
                session.score(ids, (_, logits) -> write(file, logits));
            }
        }
        return ExitCode.OK;
    }

    private void requireInVocabulary(int[] ids, int size) {
        for (int id : ids) {
            if (id < 0 || id >= size) {
                throw new ParameterException(spec.commandLine(),
                        "token " + id + " is not in the vocabulary of " + size);
            }
        }
    }

    private void write(FileChannel file, MemorySegment logits) {
        try {
            var bytes = logits.asByteBuffer();
            while (bytes.hasRemaining()) {
                file.write(bytes);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(out + ": " + e.getMessage(), e);
        }
    }
}
