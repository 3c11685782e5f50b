package dev.lockstep.models;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/**
 * One step of a generation: a token, and the text that became final with it. Text comes in whole characters and may lag behind
 * the tokens, while a character is incomplete or could still turn into a stop text; some tokens therefore bring none.
 *
 * @param id the token, or {@link #NONE} for text that was held back and is delivered at the end
 * @param utf8 the new text in secure memory; valid only during the call of the listener
 */
public record Token(int id, MemorySegment utf8) {
    /** The id of the last delivery, which belongs to no token. */
    public static final int NONE = -1;

    /**
     * The new text as a heap string: convenient, and out of Lockstep's hands from then on. Code that must leave nothing behind
     * uses {@link #utf8()}.
     */
    public String text() {
        return new String(utf8.toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
    }

    /** Never the text: this ends up in logs. */
    @Override
    public String toString() {
        return "Token[" + utf8.byteSize() + " bytes]";
    }
}
