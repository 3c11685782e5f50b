package dev.lockstep.models;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One message of a conversation.
 *
 * @param role who speaks
 * @param content UTF-8, borrowed: it stays as it is, where it is, while a conversation with it is rendered. Memory of a
 *     {@link dev.lockstep.securemem.SecureArena} leaves nothing behind; the forms that take a string use the heap
 * @param fields what else templates know of a message, by the names that Hugging Face's have: {@code tool_calls}, {@code tool_call_id},
 *     {@code name}. Maps, lists, strings, numbers, booleans, null, and segments of UTF-8
 */
public record ChatMessage(Role role, MemorySegment content, Map<String, ?> fields) {
    /** Who speaks. Only these names become a part of a template's markup, so that no name can spell a control token. */
    public enum Role {
        /** Whoever wrote the application. */
        SYSTEM,
        /** The same, as some newer templates call it. */
        DEVELOPER,
        /** The person. */
        USER,
        /** The model. */
        ASSISTANT,
        /** The result of a tool that the model called. */
        TOOL;

        /** As templates spell it. */
        public String text() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    public ChatMessage {
        fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
        for (String reserved : List.of("role", "content")) {
            if (fields.containsKey(reserved)) {
                throw new IllegalArgumentException("fields must not have the name " + reserved);
            }
        }
    }

    /** A message of text alone, which is borrowed. */
    public static ChatMessage of(Role role, MemorySegment content) {
        return new ChatMessage(role, content, Map.of());
    }

    /** A message whose text is, and stays, on the heap. */
    public static ChatMessage of(Role role, String content) {
        return of(role, MemorySegment.ofArray(content.getBytes(StandardCharsets.UTF_8)));
    }

    public static ChatMessage system(String content) {
        return of(Role.SYSTEM, content);
    }

    public static ChatMessage user(String content) {
        return of(Role.USER, content);
    }

    public static ChatMessage assistant(String content) {
        return of(Role.ASSISTANT, content);
    }

    /** The same message with one field more, or another. */
    public ChatMessage with(String field, Object value) {
        Map<String, Object> more = new LinkedHashMap<>(fields);
        more.put(field, value);
        return new ChatMessage(role, content, more);
    }

    /** Never the text: this ends up in logs. */
    @Override
    public String toString() {
        return "ChatMessage[" + role + ", " + content.byteSize() + " bytes]";
    }
}
