package dev.lockstep.loader.internal.translate;

import dev.lockstep.loader.internal.tensors.StoredPart;
import dev.lockstep.quant.DType;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.Stream;

/**
 * The rows of a tensor, made from stored ones when they are read. Sources are put together: one permutes the rows of another, one
 * quantizes them. Immutable; any number of threads may read.
 */
public interface RowSource {
    /** Type of the values that {@link #read} gives. */
    DType type();

    /** Slowest dimension first; a row is the last one. */
    List<Long> shape();

    /**
     * Computes rows.
     *
     * @param from first row
     * @param rows how many
     * @param target {@code rows * rowBytes} bytes or more
     * @param scratch {@link #scratchBytes} bytes or more; what is in it does not matter afterwards
     */
    void read(long from, long rows, MemorySegment target, MemorySegment scratch);

    /** Bytes of memory that reading so many rows, or fewer, takes. */
    long scratchBytes(long rows);

    /** What it is made of, each part as often as it is used. */
    Stream<StoredPart> parts();

    /** Values in a row. */
    default long columns() {
        return shape().getLast();
    }

    /** Number of rows. */
    default long rows() {
        return elements() / columns();
    }

    /** Number of values. */
    default long elements() {
        return shape().stream().reduce(1L, Math::multiplyExact);
    }

    /** Bytes of a row. */
    default long rowBytes() {
        return type().byteSize(columns());
    }
}
