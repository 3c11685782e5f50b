package dev.lockstep.loader.internal.tensors;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;

/**
 * A tensor as a file of another format than GGUF stores it, under the name and in the order that file gives it. Its values are rows of
 * the last dimension, little-endian, without gaps, whatever the file does to get there. Checked against the file when it was made.
 */
public interface StoredTensor extends StoredPart {
    /** How values are stored. */
    enum Type {
        F64(Double.BYTES),
        F32(Float.BYTES),
        F16(Short.BYTES),
        BF16(Short.BYTES),
        /** 1 sign, 4 exponent and 3 fraction bits, no infinity (Micikevicius et al. 2022). */
        F8_E4M3(Byte.BYTES),
        /** 1 sign, 5 exponent and 2 fraction bits (Micikevicius et al. 2022). */
        F8_E5M2(Byte.BYTES),
        I64(Long.BYTES),
        I32(Integer.BYTES),
        I16(Short.BYTES),
        I8(Byte.BYTES),
        U64(Long.BYTES),
        U32(Integer.BYTES),
        U16(Short.BYTES),
        U8(Byte.BYTES),
        /** 0 or 1. */
        BOOL(Byte.BYTES);

        private final int bytes;

        Type(int bytes) {
            this.bytes = bytes;
        }

        /** Bytes of one value. */
        public int bytes() {
            return bytes;
        }
    }

    /** As the file spells it; for messages and for the table of names. */
    String name();

    /** Name of the file it is in, for messages. */
    String file();

    Type type();

    /** Slowest dimension first; empty for a single value. */
    List<Long> shape();

    /** What the file says that the values are to be multiplied with: one factor, or one for each row. */
    default Optional<StoredTensor> scale() {
        return Optional.empty();
    }

    /** Number of values times the size of one, in bytes. */
    long byteSize();

    /**
     * Copies {@code dst.byteSize()} bytes of the values.
     *
     * @param from first byte, counted from the first value
     * @param dst borrowed for the call
     */
    void read(long from, MemorySegment dst);
}
