package dev.lockstep.app;

import dev.lockstep.models.ChatOptions;
import dev.lockstep.models.ChatTemplate;
import dev.lockstep.models.Model;
import dev.lockstep.models.Sampling;
import dev.lockstep.models.Session;
import dev.lockstep.securemem.SecureArena;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code lockstep chat}: a conversation, in the terminal or through a pipe. */
@Command(name = "chat", description = {"Talks with a model, by the chat template that it brings. A line is a turn; a backslash at its end continues it.",
    "Ctrl-C cancels an answer, which is forgotten with its question; Ctrl-D ends. /help tells the rest. Nothing is written to a disk."})
final class ChatCommand extends IoCommand {
    private static final int MAX_TOKENS = 1024;

    @Mixin
    private ModelOption model;

    @Option(names = "--system", paramLabel = "TEXT", description = "What the model is told before the conversation.")
    private String system;

    @Option(names = "--plain", description = "Do without the model's template: User: ..., Assistant: .... For models that have none; no model was trained on it.")
    private boolean plain;

    @Mixin
    private SamplingOptions choice;

    @Option(names = {"-v", "--verbose"}, description = "Report speed and what was wiped on stderr.")
    private boolean verbose;

    @Mixin
    private ComputeOptions compute;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Sampling sampling = Arguments.checked(spec, () -> choice.sampling(MAX_TOKENS));
        var options = Arguments.checked(spec, compute::loadOptions);
        Model loaded;
        try (var identities = model.identities()) {
            loaded = model.load(io, identities, options, compute.sessionOptions(), verbose);
        }
        int failed;
        try (loaded) {
            ChatTemplate template = plain ? ChatTemplate.plain() : loaded.requireChatTemplate(ChatOptions.defaults());
            failed = talk(loaded, template, sampling);
        }
        if (verbose) {
            report("weights: " + MemoryText.of(loaded.zeroing()));
        }
        return failed == 0 || io.inIsTerminal() ? ExitCode.OK : ExitCode.FAILURE;
    }

    /** Returns how many turns got no answer. */
    private int talk(Model loaded, ChatTemplate template, Sampling sampling) throws IOException {
        int failed = 0;
        Session session = loaded.newSession(compute.sessionOptions());
        try (session; var messages = new ChatMessages(); ChatInput input = io.inIsTerminal() ? new TerminalInput() : new PipeInput(io)) {
            var chat = new Chat(io, session, template, messages, sampling, choice, verbose);
            if (system != null) {
                try (var memory = SecureArena.open("system message")) {
                    messages.beginWith(TextInput.ofArgument(system, memory));
                }
            }
            while (!chat.hasEnded()) {
                try (var memory = SecureArena.open("turn")) {
                    var line = input.next(memory);
                    if (line == null) {
                        break;
                    }
                    input.cancels(session);
                    failed += chat.take(line, memory) ? 0 : 1;
                }
            }
        }
        if (verbose) {
            report("session: " + MemoryText.of(session.zeroing()));
        }
        return failed;
    }

    private void report(String line) {
        io.err().println("lockstep: " + line);
    }
}
