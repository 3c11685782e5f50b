package dev.lockstep.models.internal.chat;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.lockstep.models.ChatMessage;
import dev.lockstep.models.ChatOptions;
import dev.lockstep.models.ChatTemplate;
import dev.lockstep.models.ChatTemplateException;
import dev.lockstep.models.Token;
import dev.lockstep.models.Tokenizer;
import dev.lockstep.securemem.SecureArena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * What a template puts behind an answer: many files name a token that ends texts, and not the one that ends answers.
 *
 * @param token ends an answer, besides those that the vocabulary names; {@link Token#NONE} if there is none
 * @param text ends an answer where the template has no token for that; null if there is none
 */
public record TurnEnd(int token, String text) {
    private static final TurnEnd NONE = new TurnEnd(Token.NONE, null);

    /** Characters: a dash or a number begins lines of answers too. */
    private static final int SHORTEST_STOP = 4;

    /** Begin and end of what users wrote, three times; the last two are an answer and what follows it. */
    private static final int RANGES = 3 * 2;

    /** Finds out by rendering a conversation and looking at what stands between an answer and the next question. */
    public static TurnEnd of(ChatTemplate template, Tokenizer tokenizer) {
        var conversation = List.of(ChatMessage.user("one"), ChatMessage.assistant("two"), ChatMessage.user("three"));
        try (var memory = SecureArena.open("end of an answer")) {
            var prompt = template.render(conversation, ChatOptions.defaults().withGenerationPrompt(false), memory);
            long[] ranges = prompt.textRanges();
            if (ranges.length != RANGES) {
                return NONE;
            }
            return of(prompt.utf8().asSlice(ranges[3], ranges[4] - ranges[3]), tokenizer, memory);
        } catch (ChatTemplateException e) {
            // a template that refuses these three says nothing; the tokens of the vocabulary end answers all the same
            return NONE;
        }
    }

    private static TurnEnd of(MemorySegment markup, Tokenizer tokenizer, SecureArena memory) {
        MemorySegment ids = tokenizer.encodeMarked(markup, new long[0], false, memory);
        MemorySegment bytes = memory.allocate(tokenizer.maxTokenBytes());
        for (long at = 0; at < ids.byteSize(); at += Integer.BYTES) {
            int id = ids.get(JAVA_INT, at);
            // a control token stands for no text
            if (tokenizer.decode(id, bytes, 0) == 0) {
                return new TurnEnd(id, null);
            }
        }
        return stopText(new String(markup.toArray(JAVA_BYTE), StandardCharsets.UTF_8)).map(text -> new TurnEnd(Token.NONE, text)).orElse(NONE);
    }

    /**
     * The first line that says something, with the line break before it: answers hold such words too, but seldom at the start of a line.
     *
     * @param markup what the template puts between an answer and the next question
     */
    static Optional<String> stopText(String markup) {
        int lineBreak = markup.length() - markup.stripLeading().length();
        while (lineBreak > 0 && markup.charAt(lineBreak - 1) != '\n') {
            lineBreak--;
        }
        String line = markup.substring(lineBreak).lines().findFirst().orElse("").stripTrailing();
        return lineBreak == 0 || line.strip().length() < SHORTEST_STOP ? Optional.empty() : Optional.of("\n" + line);
    }
}
