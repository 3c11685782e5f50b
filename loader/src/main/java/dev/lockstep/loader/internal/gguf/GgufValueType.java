package dev.lockstep.loader.internal.gguf;

import java.util.Arrays;
import java.util.Optional;

/** Types of metadata values; the order is the number in the file (gguf.md, "Standardized key-value pairs"). */
public enum GgufValueType {
    UINT8(1),
    INT8(1),
    UINT16(2),
    INT16(2),
    UINT32(4),
    INT32(4),
    FLOAT32(4),
    BOOL(1),
    /** A length of 8 bytes and as many bytes of UTF-8. */
    STRING(8),
    /** An element type (4 bytes), a count (8 bytes), and the elements. */
    ARRAY(12),
    UINT64(8),
    INT64(8),
    FLOAT64(8);

    /** The fewest bytes that a value of this type takes in the file. */
    final int minBytes;

    GgufValueType(int minBytes) {
        this.minBytes = minBytes;
    }

    static Optional<GgufValueType> of(long number) {
        return Arrays.stream(values()).filter(type -> type.ordinal() == number).findFirst();
    }

    boolean isFloat() {
        return this == FLOAT32 || this == FLOAT64;
    }
}
