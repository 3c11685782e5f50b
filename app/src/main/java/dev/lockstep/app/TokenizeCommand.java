package dev.lockstep.app;

import dev.lockstep.models.Model;
import dev.lockstep.models.Tokenizer;
import dev.lockstep.securemem.SecureArena;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lockstep tokenize}: shows how a model cuts a text into tokens. */
@Command(name = "tokenize", description = "Shows how a model cuts a text into tokens. A file with only a vocabulary is enough.")
final class TokenizeCommand extends IoCommand {
    /** No range of it is text. */
    private static final long[] ALL_MARKUP = {};

    @Mixin
    private ModelOption model;

    @Option(names = "--ids", description = "Print the ids only, on one line.")
    private boolean ids;

    @Option(names = "--no-special", description = "Leave out the automatic begin and end tokens.")
    private boolean noSpecial;

    @Option(names = "--special", description = "Take what looks like a control token for one, as in a chat template. Not for text that others wrote.")
    private boolean special;

    @Parameters(arity = "0..1", paramLabel = "TEXT", description = "The text. Without it, standard input is read as it is.")
    private String text;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        if (text == null && io.inIsTerminal()) {
            throw new ParameterException(spec.commandLine(), "which text? Give TEXT or pipe it in");
        }
        Tokenizer tokenizer;
        try (var checkpoint = model.open(io)) {
            tokenizer = Model.tokenizer(checkpoint);
        }
        try (var memory = SecureArena.open("text")) {
            MemorySegment utf8 = text != null ? TextInput.ofArgument(text, memory) : TextInput.ofStdin(io, memory);
            print(tokenizer, special ? tokenizer.encodeMarked(utf8, ALL_MARKUP, !noSpecial, memory) : tokenizer.encode(utf8, !noSpecial, memory));
        }
        return ExitCode.OK;
    }

    private void print(Tokenizer tokenizer, MemorySegment tokens) {
        var stream = tokens.elements(ValueLayout.JAVA_INT).map(token -> token.get(ValueLayout.JAVA_INT, 0));
        if (ids) {
            io.println(stream.map(String::valueOf).collect(Collectors.joining(" ")));
        } else {
            stream.forEach(id -> io.println(String.format("%6d  %s", id, Printable.text(tokenizer.piece(id)))));
        }
    }
}
