package dev.lockstep.models;

import dev.lockstep.securemem.SecureArena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Token ids that a caller hands over: what is checked must be what is used, whatever the caller's other threads do. */
final class TokenIds {
    private TokenIds() { }

    /** A copy of int32 in native byte order, in memory of {@code arena}. */
    static MemorySegment copy(MemorySegment ids, SecureArena arena) {
        long bytes = ids.byteSize() / Integer.BYTES * Integer.BYTES;
        return arena.allocate(bytes, Integer.BYTES).copyFrom(ids.asSlice(0, bytes));
    }

    /** Throws {@link IllegalArgumentException} if an id is not one of a vocabulary of so many. */
    static void requireInVocabulary(MemorySegment ids, int vocabulary) {
        for (long i = 0; i < ids.byteSize() / Integer.BYTES; i++) {
            int id = ids.get(ValueLayout.JAVA_INT, i * Integer.BYTES);
            if (id < 0 || id >= vocabulary) {
                throw new IllegalArgumentException("tokenIds[" + i + "] is outside of 0.." + (vocabulary - 1));
            }
        }
    }
}
