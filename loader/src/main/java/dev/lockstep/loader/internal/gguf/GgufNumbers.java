package dev.lockstep.loader.internal.gguf;

import dev.lockstep.loader.Metadata;
import dev.lockstep.quant.LittleEndian;
import java.lang.foreign.MemorySegment;

/** A list of numbers in the bytes of the file. Unsigned 64-bit values above {@code Long.MAX_VALUE} read as negative. */
record GgufNumbers(GgufValueType type, MemorySegment bytes) implements Metadata.NumberList {
    @Override
    public int size() {
        return (int) (bytes.byteSize() / type.minBytes);
    }

    @Override
    public boolean isInteger() {
        return !type.isFloat();
    }

    @Override
    public long integerAt(int index) {
        long at = (long) index * type.minBytes;
        return switch (type) {
            case UINT8, BOOL -> bytes.get(LittleEndian.BYTE, at) & 0xFF;
            case INT8 -> bytes.get(LittleEndian.BYTE, at);
            case UINT16 -> bytes.get(LittleEndian.SHORT, at) & 0xFFFF;
            case INT16 -> bytes.get(LittleEndian.SHORT, at);
            case UINT32 -> Integer.toUnsignedLong(bytes.get(LittleEndian.INT, at));
            case INT32 -> bytes.get(LittleEndian.INT, at);
            case UINT64, INT64 -> bytes.get(LittleEndian.LONG, at);
            case FLOAT32, FLOAT64 -> (long) floatAt(index);
            case STRING, ARRAY -> throw new IllegalStateException(type + " is not a number");
        };
    }

    @Override
    public double floatAt(int index) {
        return switch (type) {
            case FLOAT32 -> bytes.get(LittleEndian.FLOAT, (long) index * Float.BYTES);
            case FLOAT64 -> bytes.get(LittleEndian.DOUBLE, (long) index * Double.BYTES);
            default -> integerAt(index);
        };
    }
}
