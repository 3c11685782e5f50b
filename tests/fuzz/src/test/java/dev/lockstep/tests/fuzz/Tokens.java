package dev.lockstep.tests.fuzz;

import dev.lockstep.models.Tokenizer;
import dev.lockstep.securemem.SecureArena;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Heap copies of what goes into tokenizers and comes out of them; a test may have those. */
final class Tokens {
    private Tokens() {
    }

    static int[] encode(Tokenizer tokenizer, byte[] text, boolean addSpecial) {
        try (var arena = SecureArena.open("fuzzed text")) {
            MemorySegment utf8 = arena.allocate(text.length, 1);
            MemorySegment.copy(text, 0, utf8, ValueLayout.JAVA_BYTE, 0, text.length);
            return tokenizer.encode(utf8, addSpecial, arena).toArray(ValueLayout.JAVA_INT);
        }
    }

    static byte[] decode(Tokenizer tokenizer, int[] ids) {
        var text = new ByteArrayOutputStream();
        try (var arena = SecureArena.open("fuzzed text")) {
            MemorySegment one = arena.allocate(tokenizer.maxTokenBytes(), 1);
            for (int id : ids) {
                int length = tokenizer.decode(id, one, 0);
                text.writeBytes(one.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE));
            }
        }
        return text.toByteArray();
    }
}
