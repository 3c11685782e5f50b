package dev.lockstep.quant;

import java.lang.foreign.MemorySegment;

/** A weight matrix of shape (rows, columns) = (out, in), wherever its bytes are. */
public interface WeightMatrix {
    /** Shape, type, and how the bytes lie once they are woven into panels. */
    PanelLayout layout();

    /** Rows: output features. */
    default long rows() {
        return layout().rows();
    }

    /** Columns: input features. */
    default long columns() {
        return layout().columns();
    }

    default DType type() {
        return layout().type();
    }

    /** Bytes of scratch memory that {@link #decodeRow} needs. */
    long decodeScratchBytes();

    /**
     * Expands one row to float32, as an embedding look-up does.
     *
     * @param target {@code columns} floats from {@code targetOffset} (bytes)
     * @param encoded at least {@code layout.rowBytes()} bytes that may be overwritten
     * @param scratch at least {@link #decodeScratchBytes()} bytes that may be overwritten
     * @throws IllegalArgumentException if there is no such row
     */
    void decodeRow(long row, MemorySegment target, long targetOffset, MemorySegment encoded, MemorySegment scratch);

    /** Refuses a row that is not there. */
    default void requireRow(long row) {
        if (row < 0 || row >= rows()) {
            throw new IllegalArgumentException("row=" + row + " is outside of 0.." + (rows() - 1));
        }
    }
}
