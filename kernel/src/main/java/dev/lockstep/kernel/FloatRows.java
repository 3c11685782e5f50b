package dev.lockstep.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;

/**
 * A matrix of float32 activations, one row per token, in borrowed off-heap memory.
 *
 * @param data shape {@code (rows, stride)}, little-endian
 * @param rows number of rows
 * @param columns values that mean something in each row
 * @param stride values from one row to the next, at least {@code columns}
 */
public record FloatRows(MemorySegment data, int rows, int columns, int stride) {
    public FloatRows {
        if (rows < 0 || columns < 0 || stride < columns) {
            throw new IllegalArgumentException("rows=" + rows + ", columns=" + columns + ", stride=" + stride);
        }
    }

    /** Allocates rows whose stride is {@code columns} rounded up to a multiple of {@code panelRows}. */
    public static FloatRows allocate(SegmentAllocator memory, int rows, int columns, int panelRows) {
        int stride = Math.multiplyExact(Math.ceilDiv(columns, panelRows), panelRows);
        long byteSize = Math.multiplyExact(Math.multiplyExact((long) rows, stride), (long) Float.BYTES);
        return new FloatRows(memory.allocate(byteSize), rows, columns, stride);
    }

    /** Byte offset of row {@code row}. */
    public long offset(int row) {
        return (long) row * stride * Float.BYTES;
    }

    /** The same rows without their first {@code column} values. */
    public FloatRows fromColumn(int column) {
        return new FloatRows(data.asSlice((long) column * Float.BYTES), rows, Math.max(columns - column, 0), stride);
    }

    /** The meaningful values of one row. */
    public MemorySegment row(int row) {
        return data.asSlice(offset(row), (long) columns * Float.BYTES);
    }
}
