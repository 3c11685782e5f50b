package dev.lockstep.models.internal.tokenizer;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.lockstep.loader.StringTable;
import java.lang.foreign.MemorySegment;
import java.util.function.IntPredicate;

/** From bytes to the id of the string that equals them: an open-addressing hash table of four bytes per slot. */
final class PieceIndex {
    static final int NONE = -1;

    private final StringTable strings;

    /** {@code (power of two)}: id + 1, or 0 where free. */
    private final int[] slots;

    private final int maxLength;

    /** Indexes the non-empty strings that {@code included} accepts; of equal strings, the one with the lowest id. */
    PieceIndex(StringTable strings, IntPredicate included) {
        this.strings = strings;
        this.slots = new int[Hashing.slotCount(strings.size())];
        int longest = 0;
        for (int id = 0; id < strings.size(); id++) {
            if (strings.length(id) > 0 && included.test(id)) {
                insert(id);
                longest = Math.max(longest, strings.length(id));
            }
        }
        this.maxLength = longest;
    }

    private void insert(int id) {
        int slot = Hashing.of(strings, id) & slots.length - 1;
        while (slots[slot] != 0) {
            if (equal(slots[slot] - 1, id)) {
                return;
            }
            slot = slot + 1 & slots.length - 1;
        }
        slots[slot] = id + 1;
    }

    private boolean equal(int a, int b) {
        if (strings.length(a) != strings.length(b)) {
            return false;
        }
        for (int i = 0; i < strings.length(a); i++) {
            if (strings.byteAt(a, i) != strings.byteAt(b, i)) {
                return false;
            }
        }
        return true;
    }

    /** The id of the string that equals {@code length} bytes of {@code text} from {@code at}, or {@link #NONE}. */
    int find(MemorySegment text, long at, int length) {
        if (length > maxLength) {
            return NONE;
        }
        int slot = Hashing.of(text, at, length) & slots.length - 1;
        while (slots[slot] != 0) {
            int id = slots[slot] - 1;
            if (strings.length(id) == length && matches(id, text, at)) {
                return id;
            }
            slot = slot + 1 & slots.length - 1;
        }
        return NONE;
    }

    private boolean matches(int id, MemorySegment text, long at) {
        for (int i = 0; i < strings.length(id); i++) {
            if (strings.byteAt(id, i) != text.get(JAVA_BYTE, at + i)) {
                return false;
            }
        }
        return true;
    }
}
