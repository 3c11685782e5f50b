package dev.lockstep.models.internal.template;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.lockstep.models.internal.tokenizer.Utf8;
import java.lang.foreign.MemorySegment;

/** Texts as UTF-8. */
final class Utf8Cells {
    private Utf8Cells() {
    }

    /**
     * Code points of a text.
     *
     * @throws IllegalArgumentException if it is no UTF-8; the message says where, and not what
     */
    static long count(MemorySegment utf8) {
        long count = 0;
        for (long at = 0; at < utf8.byteSize(); count++) {
            int size = Utf8.sequence(utf8, at, utf8.byteSize());
            if (size <= 0) {
                throw new IllegalArgumentException("a text is no UTF-8 at byte " + at);
            }
            at += size;
        }
        return count;
    }

    /** @return how many cells were written */
    static int decode(MemorySegment utf8, MemorySegment cells, int mark) {
        int count = 0;
        for (long at = 0; at < utf8.byteSize(); count++) {
            int size = Utf8.sequence(utf8, at, utf8.byteSize());
            cells.setAtIndex(JAVA_INT, count, Utf8.codePoint(utf8, at, size) | mark);
            at += size;
        }
        return count;
    }

    /** Bytes that a character takes. */
    static int size(int codePoint) {
        return codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
    }
}
