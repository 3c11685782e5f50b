package dev.lockstep.loader.internal.gguf;

import dev.lockstep.loader.Metadata;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A list of numbers in the (little-endian) bytes of the file, from the first to the last of the buffer's array. Unsigned 64-bit values above {@code Long.MAX_VALUE} read as negative. */
public record GgufNumbers(GgufValueType type, ByteBuffer bytes) implements Metadata.NumberList {
    /** Writes the list as it was read. */
    public void write(GgufOutput out) throws IOException {
        out.type(GgufValueType.ARRAY);
        out.type(type);
        out.i64(size());
        out.bytes(bytes.array());
    }

    @Override
    public int size() {
        return bytes.limit() / type.minBytes;
    }

    @Override
    public boolean isInteger() {
        return !type.isFloat();
    }

    @Override
    public long integerAt(int index) {
        int at = index * type.minBytes;
        return switch (type) {
            case UINT8, BOOL -> bytes.get(at) & 0xFF;
            case INT8 -> bytes.get(at);
            case UINT16 -> bytes.getShort(at) & 0xFFFF;
            case INT16 -> bytes.getShort(at);
            case UINT32 -> Integer.toUnsignedLong(bytes.getInt(at));
            case INT32 -> bytes.getInt(at);
            case UINT64, INT64 -> bytes.getLong(at);
            case FLOAT32, FLOAT64 -> (long) floatAt(index);
            case STRING, ARRAY -> throw new IllegalStateException(type + " is not a number");
        };
    }

    @Override
    public double floatAt(int index) {
        return switch (type) {
            case FLOAT32 -> bytes.getFloat(index * Float.BYTES);
            case FLOAT64 -> bytes.getDouble(index * Double.BYTES);
            default -> integerAt(index);
        };
    }
}
