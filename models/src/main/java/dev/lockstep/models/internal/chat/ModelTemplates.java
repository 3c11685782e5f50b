package dev.lockstep.models.internal.chat;

import dev.lockstep.loader.Metadata;
import dev.lockstep.loader.ModelFormatException;
import dev.lockstep.models.ChatTemplate;
import dev.lockstep.models.Tokenizer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The chat templates that a checkpoint brings. They are parsed when they are first asked for: a model whose template is not supported can be
 * used for everything else.
 */
public final class ModelTemplates {
    private static final String KEY = "tokenizer.chat_template";
    /** For conversations with tools, by its name in transformers. */
    private static final String TOOL_USE = "tool_use";

    private final String file;
    /** Sources by key. */
    private final Map<String, String> sources = new HashMap<>();
    private final Map<String, Usable> parsed = new ConcurrentHashMap<>();

    /** A template, and where answers end that it asks for. */
    public record Usable(ChatTemplate template, TurnEnd end) {
    }

    public ModelTemplates(Metadata metadata) {
        this.file = metadata.file();
        metadata.keys().stream().filter(key -> key.equals(KEY) || key.startsWith(KEY + "."))
                .forEach(key -> metadata.text(key).ifPresent(source -> sources.put(key, source)));
    }

    /**
     * The template for a conversation; one with tools has its own in some models.
     *
     * @throws ModelFormatException if it breaks the language, or uses a part that is not supported
     */
    public Optional<Usable> find(boolean withTools, Tokenizer tokenizer) {
        String key = withTools && sources.containsKey(KEY + "." + TOOL_USE) ? KEY + "." + TOOL_USE : KEY;
        return sources.containsKey(key) ? Optional.of(parsed.computeIfAbsent(key, each -> parse(each, tokenizer))) : Optional.empty();
    }

    private Usable parse(String key, Tokenizer tokenizer) {
        try {
            var template = ChatTemplate.parse(sources.get(key), tokenizer);
            return new Usable(template, TurnEnd.of(template, tokenizer));
        } catch (IllegalArgumentException e) {
            throw new ModelFormatException(file, ModelFormatException.NO_OFFSET, key, e.getMessage());
        }
    }
}
