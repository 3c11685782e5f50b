package dev.lockstep.app;

import dev.lockstep.loader.gate.RefusedException;
import dev.lockstep.models.ChatMessage.Role;
import dev.lockstep.models.ChatOptions;
import dev.lockstep.models.ChatTemplate;
import dev.lockstep.models.ChatTemplateException;
import dev.lockstep.models.ContextLengthException;
import dev.lockstep.models.Generation;
import dev.lockstep.models.Generation.Finish;
import dev.lockstep.models.Sampling;
import dev.lockstep.models.Session;
import dev.lockstep.securemem.SecureArena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A conversation turn by turn. A turn that gets no whole answer leaves it as it was before. */
final class Chat {
    private static final String HELP = """
            /reset         forget the conversation and begin anew
            /system TEXT   begin anew and tell the model this first; without a text, nothing
            /exit          end (or Ctrl-D)
            A backslash at the end of a line continues it. Ctrl-C cancels an answer.""";

    private static final List<String> COMMANDS = List.of("/help", "/reset", "/system", "/exit");

    private final Io io;
    private final Session session;
    private final ChatTemplate template;
    private final ChatMessages messages;
    private final Sampling sampling;
    private final SamplingOptions choice;
    private final boolean verbose;
    private boolean ended;

    Chat(Io io, Session session, ChatTemplate template, ChatMessages messages, Sampling sampling, SamplingOptions choice, boolean verbose) {
        this.io = io;
        this.session = session;
        this.template = template;
        this.messages = messages;
        this.sampling = sampling;
        this.choice = choice;
        this.verbose = verbose;
    }

    /** True once it was told to end. */
    boolean hasEnded() {
        return ended;
    }

    /**
     * Takes what was typed: a command, or something to answer. An empty line is nothing.
     *
     * @param memory for this turn
     * @return false if there was something to answer, and no answer
     */
    boolean take(MemorySegment line, SecureArena memory) {
        if (line.byteSize() == 0) {
            return true;
        }
        long malformed = TextInput.malformedAt(line, memory);
        if (malformed >= 0) {
            say("lockstep: this line is no UTF-8, at byte " + malformed + ", and left out");
            return false;
        }
        return line.get(ValueLayout.JAVA_BYTE, 0) == '/' ? command(line) : answer(line, memory);
    }

    private boolean command(MemorySegment line) {
        long end = 0;
        while (end < line.byteSize() && line.get(ValueLayout.JAVA_BYTE, end) != ' ') {
            end++;
        }
        switch (commandOf(line.asSlice(0, end))) {
            case "/help" -> say(HELP);
            case "/reset" -> messages.reset();
            case "/system" -> messages.beginWith(line.asSlice(Math.min(end + 1, line.byteSize())));
            case "/exit" -> ended = true;
            default -> {
                say("there is no such command; /help lists them. Begin with a blank to say something that begins with a slash");
                return false;
            }
        }
        if (messages.all().stream().noneMatch(message -> message.role() == Role.USER)) {
            session.reset();
        }
        return true;
    }

    /** The command that a word spells, or an empty text: what is none may be a secret, and does not get to the heap. */
    private static String commandOf(MemorySegment word) {
        return COMMANDS.stream().filter(command -> isSpelling(command, word)).findFirst().orElse("");
    }

    private static boolean isSpelling(String ascii, MemorySegment word) {
        return MemorySegment.ofArray(ascii.getBytes(StandardCharsets.US_ASCII)).mismatch(word) < 0;
    }

    private boolean answer(MemorySegment question, SecureArena memory) {
        messages.add(Role.USER, question);
        var answer = new AnswerText(memory);
        boolean answered = false;
        try {
            Generation generation = session.chat(messages.all(), template, ChatOptions.defaults(), sampling, token -> {
                io.write(token.utf8());
                answer.append(token.utf8());
            });
            io.println("");
            if (verbose) {
                say("lockstep: " + GenerationText.of(generation));
            }
            answered = !generation.finish().isBrokenOff();
            explain(generation.finish());
        } catch (ContextLengthException | ChatTemplateException e) {
            say("lockstep: " + Printable.text(e.getMessage()));
        } catch (RefusedException e) {
            if (!e.isLimit()) {
                throw e;
            }
            say("lockstep: refused: " + Printable.text(e.getMessage()));
        } finally {
            if (answered) {
                messages.add(Role.ASSISTANT, answer.utf8());
            } else {
                messages.dropLast();
            }
        }
        return answered;
    }

    private void explain(Finish finish) {
        switch (finish) {
            case CANCELLED -> say("lockstep: cancelled; this question and what there was of an answer are forgotten");
            case TIMEOUT -> say("lockstep: " + choice.givenUp() + "; this question and what there was of an answer are forgotten");
            case CONTEXT_FULL -> say("lockstep: the context is full, and the answer ends here; /reset begins anew, --context makes it longer");
            case MAX_TOKENS -> say("lockstep: the answer ends here (--max-tokens)");
            case END_OF_TEXT, STOP_TEXT -> { }
        }
    }

    private void say(String text) {
        io.err().println(text);
    }
}
