package dev.lockstep.models;

import dev.lockstep.models.internal.template.Rendering;
import dev.lockstep.models.internal.template.Rendering.Markup;
import dev.lockstep.models.internal.template.Template;
import dev.lockstep.models.internal.template.TemplateException;
import dev.lockstep.models.internal.template.TemplateSyntaxException;
import dev.lockstep.securemem.SecureArena;
import java.lang.foreign.MemorySegment;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Turns conversations into the text that a model was trained on: a Jinja template that came with the model, run by a small interpreter of
 * our own that gives it no access to anything. Immutable and safe for use by any number of threads.
 *
 * <p><b>Security.</b> What users wrote is known as theirs in the result, whatever the template does with it, so that the tokenizer finds
 * control tokens in the template's own text only. Nothing of it is put on the heap or into messages.
 */
public final class ChatTemplate {
    /** Roles and texts one below the other. */
    private static final String PLAIN = "{% for message in messages %}{{ message.role|capitalize }}: {{ message.content|trim }}\n"
            + "{% endfor %}{% if add_generation_prompt %}Assistant:{% endif %}";

    private final Template template;
    private final String beginOfText;
    private final String endOfText;

    private ChatTemplate(Template template, String beginOfText, String endOfText) {
        this.template = template;
        this.beginOfText = beginOfText;
        this.endOfText = endOfText;
    }

    /**
     * Parses a template.
     *
     * @param source Jinja, the part of it that chat templates use
     * @param tokenizer gives the template its {@code bos_token} and {@code eos_token}
     * @throws IllegalArgumentException if it breaks the language, or uses a part that is not supported; the message says where and what
     */
    public static ChatTemplate parse(String source, Tokenizer tokenizer) {
        try {
            return new ChatTemplate(Template.parse(source), piece(tokenizer, tokenizer.beginOfText().orElse(Token.NONE)),
                    piece(tokenizer, tokenizer.endOfText().orElse(Token.NONE)));
        } catch (TemplateSyntaxException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    /** For models without a template: {@code User: …}, {@code Assistant: …}. No model was trained on it. */
    public static ChatTemplate plain() {
        return new ChatTemplate(Template.parse(PLAIN), "", "");
    }

    private static String piece(Tokenizer tokenizer, int id) {
        return id == Token.NONE ? "" : tokenizer.piece(id);
    }

    /**
     * A rendered conversation.
     *
     * @param utf8 the text, in memory of the caller's arena
     * @param textRanges begin and end, in bytes, of every stretch that users wrote, as {@link Tokenizer#encodeMarked} takes them
     */
    public record Prompt(MemorySegment utf8, long[] textRanges) {
        /** Never the text: this ends up in logs. */
        @Override
        public String toString() {
            return "Prompt[" + utf8.byteSize() + " bytes]";
        }
    }

    /**
     * Renders a conversation.
     *
     * @param arena gives the memory of the result and owns it; everything in between is wiped before this returns
     * @throws ChatTemplateException if the template refuses the conversation, fails, or reaches a limit
     * @throws IllegalArgumentException if a text is no UTF-8, or a field or variable is of a type that JSON does not have
     */
    public Prompt render(List<ChatMessage> messages, ChatOptions options, SecureArena arena) {
        try {
            LocalDateTime now = options.now() == null ? LocalDateTime.now() : options.now();
            Rendering rendering = Rendering.of(template, variables(messages, options), now, arena);
            return new Prompt(rendering.utf8(), rendering.textRanges());
        } catch (TemplateException e) {
            var reason = switch (e.reason()) {
                case REFUSED -> ChatTemplateException.Reason.REFUSED;
                case FAILED -> ChatTemplateException.Reason.FAILED;
                case LIMIT -> ChatTemplateException.Reason.LIMIT;
            };
            var failure = new ChatTemplateException(reason, "the chat template " + (reason == ChatTemplateException.Reason.REFUSED
                    ? "refuses this conversation, " : "failed, ") + e.getMessage());
            failure.initCause(e);
            throw failure;
        }
    }

    /** The names that transformers gives them. */
    private Map<String, Object> variables(List<ChatMessage> messages, ChatOptions options) {
        Map<String, Object> variables = new LinkedHashMap<>();
        variables.put("tools", options.tools().isEmpty() ? null : options.tools());
        variables.put("documents", null);
        variables.put("bos_token", new Markup(beginOfText));
        variables.put("eos_token", new Markup(endOfText));
        variables.putAll(options.variables());
        variables.put("messages", messages(messages));
        variables.put("add_generation_prompt", options.addGenerationPrompt());
        return variables;
    }

    private static List<Map<String, Object>> messages(List<ChatMessage> messages) {
        List<Map<String, Object>> all = new ArrayList<>(messages.size());
        for (ChatMessage message : messages) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("role", new Markup(message.role().text()));
            fields.put("content", message.content());
            fields.putAll(message.fields());
            all.add(fields);
        }
        return all;
    }
}
