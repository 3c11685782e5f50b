package dev.lockstep.loader.internal.gguf;

import dev.lockstep.loader.LoadLimits;
import dev.lockstep.loader.ModelFormatException;
import dev.lockstep.loader.internal.ByteSource;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Reads a header from front to back. Every length is compared with what is left of the file before anything is allocated, and
 * every fault carries the offset of the field it was found in.
 */
final class GgufCursor {
    private final ByteSource source;
    /** The header's readable part: the file, but no more than a header may take. */
    private final long limit;
    private final ByteBuffer scalar = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private long offset;
    private long fieldOffset;
    private String subject = "";

    GgufCursor(ByteSource source) {
        this.source = source;
        this.limit = Math.min(source.byteSize(), LoadLimits.MAX_HEADER_BYTES);
    }

    long offset() {
        return offset;
    }

    /** Names the key or tensor that faults from here on are about. */
    void about(String name) {
        subject = name;
    }

    int u8() {
        return take(Byte.BYTES).get(0) & 0xFF;
    }

    int u16() {
        return take(Short.BYTES).getShort(0) & 0xFFFF;
    }

    /** Four bytes; the caller decides about the sign. */
    int i32() {
        return take(Integer.BYTES).getInt(0);
    }

    long u32() {
        return Integer.toUnsignedLong(i32());
    }

    /** Eight bytes; the caller decides about the sign. */
    long i64() {
        return take(Long.BYTES).getLong(0);
    }

    /**
     * A number of things of which each takes at least {@code minBytes} in the file: more of them than could fit into what is
     * left is a lie, whatever follows.
     */
    int count(String what, int minBytes, int max) {
        long count = i64();
        long possible = Math.min(max, remaining() / minBytes);
        if (count < 0 || count > possible) {
            throw fault(Long.toUnsignedString(count) + " " + what + " cannot be: there is room for at most " + possible);
        }
        return (int) count;
    }

    /** A UTF-8 text with its length in front. */
    String text(String what, int maxBytes) {
        byte[] bytes = take(new byte[count("bytes of " + what, Byte.BYTES, maxBytes)]);
        requireUtf8(bytes, 0, bytes.length, what);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    void requireUtf8(byte[] bytes, int from, int to, String what) {
        if (!Utf8.isValid(bytes, from, to)) {
            throw fault(what + " is not valid UTF-8");
        }
    }

    /** Fills the array with the next bytes. */
    byte[] take(byte[] target) {
        take(target, 0, target.length);
        return target;
    }

    /** Fills a part of the array with the next bytes. */
    void take(byte[] target, int from, int count) {
        advance(count);
        source.copy(fieldOffset, target, from, count);
    }

    void skip(long count) {
        advance(count);
    }

    /** Goes back to an offset that was already passed. */
    void rewind(long earlier) {
        offset = earlier;
    }

    long remaining() {
        return limit - offset;
    }

    private ByteBuffer take(int count) {
        advance(count);
        source.copy(fieldOffset, scalar.array(), 0, count);
        return scalar;
    }

    private void advance(long count) {
        if (count > remaining()) {
            throw new ModelFormatException(source.name(), offset, subject, limit < source.byteSize()
                    ? "the header is larger than " + limit + " bytes"
                    : "the file ends inside the header: " + count + " more bytes were expected, " + remaining() + " are left");
        }
        fieldOffset = offset;
        offset += count;
    }

    /** A fault in the field read last. */
    ModelFormatException fault(String problem) {
        return new ModelFormatException(source.name(), fieldOffset, subject, problem);
    }
}
