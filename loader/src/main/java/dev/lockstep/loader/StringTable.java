package dev.lockstep.loader;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * Many short UTF-8 strings in one array: a vocabulary of 128,000 pieces costs two objects, not 256,000. Immutable.
 *
 * <p>Vocabularies are public knowledge, so they may live on the heap; a user's text may not.
 */
public final class StringTable {
    /** The empty table. */
    public static final StringTable EMPTY = new StringTable(new byte[0], new int[1]);

    /** All strings, one after the other. */
    private final byte[] bytes;

    /** {@code (size + 1)} byte offsets: string i is {@code bytes[starts[i], starts[i + 1])}. */
    private final int[] starts;

    /** Takes both arrays over; {@code starts} must begin with 0, never fall, and end with {@code bytes.length}. */
    public StringTable(byte[] bytes, int[] starts) {
        if (starts.length == 0 || starts[0] != 0 || starts[starts.length - 1] != bytes.length) {
            throw new IllegalArgumentException("starts must run from 0 to bytes.length=" + bytes.length);
        }
        this.bytes = bytes;
        this.starts = starts;
    }

    /** A table of the given strings, for tests and small lists. */
    public static StringTable of(List<String> strings) {
        int[] starts = new int[strings.size() + 1];
        var all = new ByteArrayOutputStream();
        for (int i = 0; i < strings.size(); i++) {
            all.writeBytes(strings.get(i).getBytes(StandardCharsets.UTF_8));
            starts[i + 1] = all.size();
        }
        return new StringTable(all.toByteArray(), starts);
    }

    public int size() {
        return starts.length - 1;
    }

    /** Length of string {@code index} in bytes. */
    public int length(int index) {
        return starts[index + 1] - starts[index];
    }

    /** Byte {@code position} of string {@code index}. */
    public byte byteAt(int index, int position) {
        return bytes[starts[index] + position];
    }

    /** A copy of the UTF-8 bytes of string {@code index}. */
    public byte[] bytes(int index) {
        return Arrays.copyOfRange(bytes, starts[index], starts[index + 1]);
    }

    /** String {@code index} as text. */
    public String text(int index) {
        return new String(bytes, starts[index], length(index), StandardCharsets.UTF_8);
    }
}
