package dev.lockstep.models;

import java.time.LocalDateTime;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How a conversation is rendered. Immutable.
 *
 * @param addGenerationPrompt whether the text ends where the answer of the assistant begins
 * @param tools functions that the model may call, each a JSON schema as Hugging Face's templates expect it; empty for none
 * @param variables what else a template knows by name: {@code enable_thinking}, {@code reasoning_effort}, {@code documents}
 * @param now the time that templates print as today's; null for the time of the call
 */
public record ChatOptions(boolean addGenerationPrompt, List<? extends Map<String, ?>> tools, Map<String, ?> variables, LocalDateTime now) {
    public ChatOptions {
        tools = List.copyOf(tools);
        variables = Collections.unmodifiableMap(new LinkedHashMap<>(variables));
    }

    /** For an answer, without tools. */
    public static ChatOptions defaults() {
        return new ChatOptions(true, List.of(), Map.of(), null);
    }

    public ChatOptions withGenerationPrompt(boolean add) {
        return new ChatOptions(add, tools, variables, now);
    }

    public ChatOptions withTools(List<? extends Map<String, ?>> tools) {
        return new ChatOptions(addGenerationPrompt, tools, variables, now);
    }

    public ChatOptions withVariable(String name, Object value) {
        Map<String, Object> more = new LinkedHashMap<>(variables);
        more.put(name, value);
        return new ChatOptions(addGenerationPrompt, tools, more, now);
    }

    public ChatOptions at(LocalDateTime now) {
        return new ChatOptions(addGenerationPrompt, tools, variables, now);
    }

    /** Variables may quote what users wrote. */
    @Override
    public String toString() {
        return "ChatOptions[addGenerationPrompt=" + addGenerationPrompt + ", tools=" + tools.size() + ", variables=" + variables.size() + "]";
    }
}
