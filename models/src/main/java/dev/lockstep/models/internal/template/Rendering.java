package dev.lockstep.models.internal.template;

import dev.lockstep.models.internal.tokenizer.Utf8;
import dev.lockstep.securemem.SecureArena;
import java.lang.foreign.MemorySegment;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * What a template made of a conversation, and what of it users wrote.
 *
 * @param utf8 the text, in memory of the caller's arena
 * @param textRanges begin and end, in bytes, of every stretch that users wrote; ascending, not touching one another. All else is the
 *     template's own: markup
 */
public record Rendering(MemorySegment utf8, long[] textRanges) {
    /** A text among the variables that counts as the template's own: the spelling of a token, the name of a role. */
    public record Markup(String text) {
    }

    /**
     * Renders a template. Everything in between lies in an arena of its own, which is wiped before this returns.
     *
     * @param variables by name: maps, lists, strings, numbers, booleans, null, and segments of UTF-8, all of which is a user's text; and
     *     {@link Markup}
     * @param arena gives the memory of the result and owns it
     * @throws TemplateException if the template refuses the conversation, fails, or reaches a limit
     * @throws IllegalArgumentException if a variable is of another type, or no text
     */
    public static Rendering of(Template template, Map<String, ?> variables, LocalDateTime now, SecureArena arena) {
        long size = Inputs.size(variables);
        try (var scratch = SecureArena.open("chat template")) {
            var memory = new TextMemory(scratch, new Budget(size));
            Map<String, Value> values = new HashMap<>();
            variables.forEach((name, value) -> values.put(name, Inputs.value(value, memory)));
            return of(template.render(values, now, memory), arena);
        }
    }

    private static Rendering of(Text text, SecureArena arena) {
        long size = 0;
        int changes = 0;
        for (int i = 0, mark = 0; i < text.length(); i++) {
            size += Utf8Cells.size(text.codePoint(i));
            int next = text.cell(i) & Text.USER;
            changes += next == mark ? 0 : 1;
            mark = next;
        }
        MemorySegment utf8 = arena.allocate(size);
        long[] ranges = new long[changes + changes % 2];
        // a range that goes on to the end
        Arrays.fill(ranges, size);
        long at = 0;
        for (int i = 0, mark = 0, change = 0; i < text.length(); i++) {
            int next = text.cell(i) & Text.USER;
            if (next != mark) {
                ranges[change++] = at;
                mark = next;
            }
            at += Utf8.write(text.codePoint(i), utf8, at);
        }
        return new Rendering(utf8, ranges);
    }

    /** Sizes only: this ends up in logs. */
    @Override
    public String toString() {
        return "Rendering[" + utf8.byteSize() + " bytes, " + textRanges.length / 2 + " ranges of text]";
    }
}
