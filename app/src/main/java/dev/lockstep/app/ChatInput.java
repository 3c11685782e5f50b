package dev.lockstep.app;

import dev.lockstep.models.Session;
import dev.lockstep.securemem.SecureArena;
import java.io.IOException;
import java.lang.foreign.MemorySegment;

/** Where the turns of a conversation come from. */
interface ChatInput extends AutoCloseable {
    /**
     * Waits for the next one. A line that ends with a backslash goes on with the next one.
     *
     * @param arena gives its memory and owns it
     * @return UTF-8, or null at the end
     */
    MemorySegment next(SecureArena arena) throws IOException;

    /** From now on, an interrupt cancels what the session is doing. */
    void cancels(Session session);

    @Override
    void close() throws IOException;
}
