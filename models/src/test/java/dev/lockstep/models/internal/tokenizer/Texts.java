package dev.lockstep.models.internal.tokenizer;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.lockstep.models.Tokenizer;
import dev.lockstep.securemem.SecureArena;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/** Tokenizing and decoding test texts, which may live on the heap. */
final class Texts {
    private Texts() { }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static int[] encode(Tokenizer tokenizer, String text) {
        return encode(tokenizer, utf8(text), false);
    }

    static int[] encode(Tokenizer tokenizer, byte[] text, boolean addSpecial) {
        try (var arena = SecureArena.open("test")) {
            MemorySegment utf8 = arena.allocate(text.length).copyFrom(MemorySegment.ofArray(text));
            return tokenizer.encode(utf8, addSpecial, arena).toArray(JAVA_INT);
        }
    }

    static byte[] decode(Tokenizer tokenizer, int... ids) {
        var bytes = new ByteArrayOutputStream();
        try (var arena = SecureArena.open("test")) {
            MemorySegment piece = arena.allocate(tokenizer.maxTokenBytes());
            for (int id : ids) {
                int length = tokenizer.decode(id, piece, 0);
                bytes.writeBytes(piece.asSlice(0, length).toArray(JAVA_BYTE));
            }
        }
        return bytes.toByteArray();
    }
}
