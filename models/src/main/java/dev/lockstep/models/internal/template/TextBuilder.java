package dev.lockstep.models.internal.template;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;

/** A text that grows. */
final class TextBuilder {
    private static final int FIRST_CELLS = 32;

    private final TextMemory memory;
    /** int32, shape (capacity). */
    private MemorySegment cells = MemorySegment.NULL;
    private long capacity;
    private int length;

    TextBuilder(TextMemory memory) {
        this.memory = memory;
    }

    int length() {
        return length;
    }

    /** @param cell code point and mark */
    TextBuilder append(int cell) {
        reserve(1);
        cells.setAtIndex(JAVA_INT, length++, cell);
        return this;
    }

    TextBuilder append(Text text) {
        reserve(text.length());
        text.copyTo(cells, length);
        length += text.length();
        return this;
    }

    /** ASCII that is no secret: brackets, digits, escapes. */
    TextBuilder append(String ascii) {
        return append(ascii, 0);
    }

    /** @param mark {@link Text#USER}, or 0 */
    TextBuilder append(String ascii, int mark) {
        for (int i = 0; i < ascii.length(); i++) {
            append(ascii.charAt(i) | mark);
        }
        return this;
    }

    private void reserve(int more) {
        memory.budget().requireOutput((long) length + more);
        if (more > capacity - length) {
            capacity = Math.max((long) length + more, Math.max(FIRST_CELLS, 2 * capacity));
            MemorySegment larger = memory.allocate(capacity);
            MemorySegment.copy(cells, JAVA_INT, 0, larger, JAVA_INT, 0, length);
            cells = larger;
        }
    }

    /** What was appended so far; later additions do not change it. */
    Text text() {
        return Text.of(cells, length);
    }
}
