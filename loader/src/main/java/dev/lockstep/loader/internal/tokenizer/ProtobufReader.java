package dev.lockstep.loader.internal.tokenizer;

import dev.lockstep.loader.ModelFormatException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Reads one message of the <a href="https://protobuf.dev/programming-guides/encoding/">Protocol Buffers wire format</a>, field by field.
 * Every length is compared with what is left before anything is made of it. Borrows its bytes.
 */
final class ProtobufReader {
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED32 = 5;

    private static final int WIRE_TYPE_BITS = 3;
    private static final int VARINT_BITS = 7;
    private static final int MAX_VARINT_SHIFT = 63;

    private final String file;
    private final ByteBuffer bytes;

    /** Where the message begins in the file, in bytes. */
    private final long base;

    private int field;
    private int wireType;

    ProtobufReader(byte[] message, String file) {
        this(ByteBuffer.wrap(message), file, 0);
    }

    private ProtobufReader(ByteBuffer bytes, String file, long base) {
        this.file = file;
        this.bytes = bytes.order(ByteOrder.LITTLE_ENDIAN);
        this.base = base;
    }

    /** Goes to the next field and returns its number; 0 at the end. Its value must be read, or {@link #skip()}ped. */
    int nextField() {
        if (!bytes.hasRemaining()) {
            return 0;
        }
        long tag = varint();
        field = (int) Math.min(Integer.MAX_VALUE, tag >>> WIRE_TYPE_BITS);
        wireType = (int) tag & (1 << WIRE_TYPE_BITS) - 1;
        if (field == 0 || tag < 0) {
            throw fault("has a field with the number " + (tag >>> WIRE_TYPE_BITS));
        }
        return field;
    }

    /** An integer, enum or truth value. */
    long number() {
        require(VARINT);
        return varint();
    }

    float float32() {
        require(FIXED32);
        requireRoom(Float.BYTES);
        return bytes.getFloat();
    }

    byte[] bytes() {
        ByteBuffer slice = slice();
        byte[] copy = new byte[slice.remaining()];
        slice.get(copy);
        return copy;
    }

    /** UTF-8 text. */
    String text() {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(slice()).toString();
        } catch (CharacterCodingException e) {
            throw fault("field " + field + " is not UTF-8 text");
        }
    }

    /** A message within this one. */
    ProtobufReader message() {
        ByteBuffer slice = slice();
        return new ProtobufReader(slice, file, base + bytes.position() - slice.remaining());
    }

    /** Leaves the field's value out. */
    void skip() {
        switch (wireType) {
            case VARINT -> varint();
            case FIXED64 -> advance(Long.BYTES);
            case BYTES -> slice();
            case FIXED32 -> advance(Integer.BYTES);
            default -> throw fault("field " + field + " has the wire type " + wireType + ", which is not supported");
        }
    }

    private ByteBuffer slice() {
        require(BYTES);
        long length = varint();
        requireRoom(length);
        ByteBuffer slice = bytes.slice(bytes.position(), (int) length);
        bytes.position(bytes.position() + (int) length);
        return slice;
    }

    private void advance(int length) {
        requireRoom(length);
        bytes.position(bytes.position() + length);
    }

    private void requireRoom(long length) {
        if (length < 0 || length > bytes.remaining()) {
            throw fault("field " + field + " has " + Long.toUnsignedString(length) + " bytes, " + bytes.remaining() + " are left");
        }
    }

    private void require(int expected) {
        if (wireType != expected) {
            throw fault("field " + field + " has the wire type " + wireType + ", expected " + expected);
        }
    }

    private long varint() {
        long value = 0;
        for (int shift = 0; shift <= MAX_VARINT_SHIFT; shift += VARINT_BITS) {
            if (!bytes.hasRemaining()) {
                throw fault("ends in the middle of a number");
            }
            byte next = bytes.get();
            value |= (long) (next & 0x7F) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw fault("has a number of more than ten bytes");
    }

    private ModelFormatException fault(String problem) {
        return new ModelFormatException(file, base + bytes.position(), "", problem);
    }
}
