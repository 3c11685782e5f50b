package dev.lockstep.app;

import dev.lockstep.models.Session;
import dev.lockstep.securemem.SecureArena;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import org.jline.reader.EOFError;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.ParsedLine;
import org.jline.reader.Parser;
import org.jline.reader.UserInterruptException;
import org.jline.reader.impl.DefaultParser;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/**
 * Turns that a person types, with a history that lives as long as the process. What is typed passes through the heap: a line editor is made of
 * strings.
 */
final class TerminalInput implements ChatInput {
    private static final String PROMPT = "> ";

    private final Terminal terminal;
    private final LineReader reader;

    TerminalInput() throws IOException {
        // the provider that asks stty: no native library, no foreign call
        terminal = TerminalBuilder.builder().system(true).provider("exec").nativeSignals(true).build();
        reader = LineReaderBuilder.builder().terminal(terminal).parser(new Lines())
                .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
                .variable(LineReader.SECONDARY_PROMPT_PATTERN, "| ")
                .build();
    }

    /** A line is a text, whatever is in it; a backslash at its end continues it. */
    private static final class Lines extends DefaultParser {
        @Override
        public ParsedLine parse(String line, int cursor, Parser.ParseContext context) {
            if (context == Parser.ParseContext.ACCEPT_LINE && line.endsWith("\\")) {
                throw new EOFError(-1, cursor, "the line goes on");
            }
            return super.parse(context == Parser.ParseContext.ACCEPT_LINE ? "" : line, context == Parser.ParseContext.ACCEPT_LINE ? 0 : cursor,
                    context);
        }
    }

    @Override
    public MemorySegment next(SecureArena arena) {
        while (true) {
            try {
                return TextInput.ofArgument(reader.readLine(PROMPT).replace("\\\n", "\n"), arena);
            } catch (UserInterruptException e) {
                // the line was given up, not the program
            } catch (EndOfFileException e) {
                return null;
            }
        }
    }

    @Override
    public void cancels(Session session) {
        terminal.handle(Terminal.Signal.INT, _ -> session.cancel());
    }

    @Override
    public void close() throws IOException {
        terminal.close();
    }
}
