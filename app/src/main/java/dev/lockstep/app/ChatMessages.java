package dev.lockstep.app;

import dev.lockstep.models.ChatMessage;
import dev.lockstep.models.ChatMessage.Role;
import dev.lockstep.securemem.SecureArena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** What was said so far, in secure memory. */
final class ChatMessages implements AutoCloseable {
    private SecureArena memory = SecureArena.open("conversation");
    private final List<ChatMessage> messages = new ArrayList<>();

    List<ChatMessage> all() {
        return messages;
    }

    void add(Role role, MemorySegment utf8) {
        messages.add(ChatMessage.of(role, memory.allocate(utf8.byteSize()).copyFrom(utf8)));
    }

    /** Takes the last one back. */
    void dropLast() {
        ChatMessage dropped = messages.removeLast();
        dropped.content().fill((byte) 0);
    }

    /** Forgets everything but what the system says. */
    void reset() {
        SecureArena old = memory;
        memory = SecureArena.open("conversation");
        try {
            List<ChatMessage> kept = messages.stream().filter(message -> message.role() == Role.SYSTEM).toList();
            messages.clear();
            kept.forEach(message -> add(Role.SYSTEM, message.content()));
        } finally {
            old.close();
        }
    }

    /** Forgets everything and begins with what the system says, or with nothing if that is empty. */
    void beginWith(MemorySegment system) {
        messages.removeIf(message -> message.role() == Role.SYSTEM);
        reset();
        if (system.byteSize() > 0) {
            add(Role.SYSTEM, system);
        }
    }

    /** Overwrites it with zeros. */
    @Override
    public void close() {
        memory.close();
    }
}
