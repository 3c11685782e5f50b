package dev.lockstep.app;

import dev.lockstep.app.SessionOption.Conversation;
import dev.lockstep.models.Generation;
import dev.lockstep.models.Model;
import dev.lockstep.models.Sampling;
import dev.lockstep.models.Session;
import dev.lockstep.securemem.SecureArena;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code lockstep run}: continues a text. */
@Command(name = "run", description = "Continues a text and prints it.")
final class RunCommand extends IoCommand {
    private static final double NANOS_PER_SECOND = 1e9;

    @Mixin
    private ModelOption model;

    @Option(names = {"-p", "--prompt"}, paramLabel = "TEXT",
            description = "The text to continue. Without it, standard input is read; other users of the machine cannot see that.")
    private String prompt;

    @Option(names = {"-n", "--max-tokens"}, paramLabel = "N", description = "Stop after this many tokens. Default: ${DEFAULT-VALUE}.")
    private int maxTokens = 256;

    @Option(names = "--temperature", paramLabel = "T",
            description = "0 always takes the most probable token. Default: ${DEFAULT-VALUE}.")
    private float temperature = 0.8f;

    @Option(names = "--top-k", paramLabel = "K", description = "Choose among the K most probable; 0: all. Default: ${DEFAULT-VALUE}.")
    private int topK = 40;

    @Option(names = "--top-p", paramLabel = "P",
            description = "Choose among the most probable that together reach P. Default: ${DEFAULT-VALUE}.")
    private float topP = 0.95f;

    @Option(names = "--min-p", paramLabel = "P",
            description = "Drop what is less probable than P times the best. Default: ${DEFAULT-VALUE}.")
    private float minP = 0.05f;

    @Option(names = "--seed", paramLabel = "S", description = "Equal seeds give equal texts. Default: a random one.")
    private Long seed;

    @Option(names = "--stop", paramLabel = "TEXT", description = "Stop before this text; may be given several times.")
    private List<String> stop = List.of();

    @Option(names = "--timeout", paramLabel = "SECONDS", description = "Give up a text that takes longer, prompt included, and wipe what there is. Default: never.")
    private Double timeoutSeconds;

    @Option(names = "--no-echo", description = "Print only what was generated, not the prompt before it.")
    private boolean noEcho;

    @Option(names = {"-v", "--verbose"}, description = "Report speed and what was wiped on stderr.")
    private boolean verbose;

    @Mixin
    private SessionOption saved;

    @Mixin
    private ComputeOptions compute;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Sampling sampling = Arguments.checked(spec, this::sampling);
        var options = Arguments.checked(spec, compute::loadOptions);
        if (prompt == null && io.inIsTerminal()) {
            throw new ParameterException(spec.commandLine(), "which text? Give -p TEXT or pipe it in");
        }
        try (var memory = SecureArena.open("prompt"); var identities = model.identities()) {
            var conversation = saved.conversation(identities);
            MemorySegment utf8 = prompt != null ? TextInput.ofArgument(prompt, memory) : TextInput.ofStdin(io, memory);
            Model loaded = model.load(io, identities, options, compute.sessionOptions(), verbose);
            try (loaded) {
                if (!conversation.isKept()) {
                    identities.forget();
                }
                generate(loaded, conversation, utf8, sampling);
            }
            if (verbose) {
                report("weights: " + MemoryText.of(loaded.zeroing()));
            }
        }
        return ExitCode.OK;
    }

    private Sampling sampling() {
        Sampling sampling = Sampling.defaults();
        return new Sampling(temperature, topK, topP, minP, seed == null ? sampling.seed() : seed, maxTokens, stop,
                timeoutSeconds == null ? Sampling.NO_TIMEOUT : Duration.ofNanos((long) (timeoutSeconds * NANOS_PER_SECOND)));
    }

    private void generate(Model loaded, Conversation conversation, MemorySegment utf8, Sampling sampling) throws IOException {
        Session session = conversation.open(loaded, compute.sessionOptions());
        try (session) {
            if (utf8.byteSize() == 0 && session.position() == 0 && loaded.tokenizer().beginOfText().isEmpty()) {
                throw new ParameterException(spec.commandLine(), "this model needs a text to begin with; give -p TEXT");
            }
            if (!noEcho) {
                io.write(utf8);
            }
            Generation generation = session.generate(utf8, sampling, token -> io.write(token.utf8()));
            if (io.outIsTerminal()) {
                io.println("");
            }
            if (verbose) {
                report(generation);
            }
            if (generation.finish() == Generation.Finish.TIMEOUT) {
                throw new IOException("given up after " + timeoutSeconds + " s (--timeout); everything is wiped");
            }
            if (generation.finish() != Generation.Finish.CANCELLED) {
                conversation.save(session);
            }
        }
        if (verbose) {
            report("session: " + MemoryText.of(session.zeroing()));
        }
    }

    private void report(Generation g) {
        report(String.format(Locale.ROOT, "prompt: %d tokens, %.1f/s; generated: %d tokens, %.1f/s; %s",
                g.promptTokens(), g.promptTokens() * NANOS_PER_SECOND / g.promptNanos(),
                g.generatedTokens(), g.generatedTokens() * NANOS_PER_SECOND / g.generateNanos(), g.finish()));
    }

    private void report(String line) {
        io.err().println("lockstep: " + line);
    }
}
