package dev.lockstep.app;

import dev.lockstep.app.SessionOption.Conversation;
import dev.lockstep.models.Generation;
import dev.lockstep.models.Model;
import dev.lockstep.models.Sampling;
import dev.lockstep.models.Session;
import dev.lockstep.securemem.SecureArena;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code lockstep run}: continues a text. */
@Command(name = "run", description = "Continues a text and prints it.")
final class RunCommand extends IoCommand {
    private static final int MAX_TOKENS = 256;

    @Mixin
    private ModelOption model;

    @Option(names = {"-p", "--prompt"}, paramLabel = "TEXT",
            description = "The text to continue. Without it, standard input is read; other users of the machine cannot see that.")
    private String prompt;

    @Mixin
    private SamplingOptions choice;

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

    private boolean isEchoed;

    @Override
    public Integer call() throws IOException {
        Sampling sampling = Arguments.checked(spec, () -> choice.sampling(MAX_TOKENS));
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

    private void generate(Model loaded, Conversation conversation, MemorySegment utf8, Sampling sampling) throws IOException {
        Session session = conversation.open(loaded, compute.sessionOptions());
        try (session) {
            if (utf8.byteSize() == 0 && session.position() == 0 && loaded.tokenizer().beginOfText().isEmpty()) {
                throw new ParameterException(spec.commandLine(), "this model needs a text to begin with; give -p TEXT");
            }
            Generation generation = session.generate(utf8, sampling, token -> {
                echo(utf8);
                io.write(token.utf8());
            });
            echo(utf8);
            if (io.outIsTerminal()) {
                io.println("");
            }
            if (verbose) {
                report(GenerationText.of(generation));
            }
            if (generation.finish() == Generation.Finish.TIMEOUT) {
                throw new IOException(choice.givenUp() + "; everything is wiped");
            }
            if (generation.finish() != Generation.Finish.CANCELLED) {
                conversation.save(session);
            }
        }
        if (verbose) {
            report("session: " + MemoryText.of(session.zeroing()));
        }
    }

    /** Once, and not before it is known that there will be an answer. */
    private void echo(MemorySegment utf8) {
        if (!noEcho && !isEchoed) {
            isEchoed = true;
            io.write(utf8);
        }
    }

    private void report(String line) {
        io.err().println("lockstep: " + line);
    }
}
