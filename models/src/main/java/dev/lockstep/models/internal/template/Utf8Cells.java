package dev.lockstep.models.internal.template;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.lockstep.models.internal.tokenizer.Utf8;
import java.lang.foreign.MemorySegment;

/** Texts as UTF-8 and back. */
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

    /** @return the offset behind the character */
    static long encode(int codePoint, MemorySegment utf8, long at) {
        int size = size(codePoint);
        if (size == 1) {
            utf8.set(JAVA_BYTE, at, (byte) codePoint);
            return at + 1;
        }
        int leading = 0xF00 >> size & 0xFF;
        utf8.set(JAVA_BYTE, at, (byte) (leading | codePoint >> 6 * (size - 1)));
        for (int i = 1; i < size; i++) {
            utf8.set(JAVA_BYTE, at + i, (byte) (0x80 | codePoint >> 6 * (size - 1 - i) & 0x3F));
        }
        return at + size;
    }
}
