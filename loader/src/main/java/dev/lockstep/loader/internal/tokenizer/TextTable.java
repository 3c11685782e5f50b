package dev.lockstep.loader.internal.tokenizer;

import dev.lockstep.loader.StringTable;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A {@link StringTable} on its way: strings are appended as UTF-8, so that no list of a million objects is needed. */
final class TextTable {
    private byte[] bytes = new byte[1 << 10];
    private int[] starts = new int[1 << 8];
    private int size;

    /**
     * Appends one string.
     *
     * @return false, and nothing is appended, if it is no text: half of a surrogate pair
     */
    boolean add(String text) {
        try {
            ByteBuffer utf8 = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
            add(utf8);
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    private void add(ByteBuffer utf8) {
        int end = Math.addExact(starts[size], utf8.remaining());
        if (end > bytes.length) {
            bytes = Arrays.copyOf(bytes, (int) Math.min(Integer.MAX_VALUE - 8L, Math.max(end, 2L * bytes.length)));
        }
        if (size + 2 > starts.length) {
            starts = Arrays.copyOf(starts, 2 * starts.length);
        }
        utf8.get(bytes, starts[size], utf8.remaining());
        starts[++size] = end;
    }

    StringTable toTable() {
        return new StringTable(Arrays.copyOf(bytes, starts[size]), Arrays.copyOf(starts, size + 1));
    }
}
