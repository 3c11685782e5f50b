package dev.lockstep.quant;

import java.lang.foreign.MemorySegment;

/**
 * A weight matrix in panels: what the kernels read. The memory is borrowed from the arena that the weights were loaded into.
 *
 * @param layout shape, type and order of the bytes
 * @param panels the bytes, at least {@code layout.allocationBytes()} of them
 */
public record PanelMatrix(PanelLayout layout, MemorySegment panels) {
    public PanelMatrix {
        if (panels.byteSize() < layout.allocationBytes()) {
            throw new IllegalArgumentException("panels.byteSize=" + panels.byteSize()
                    + " is less than layout.allocationBytes=" + layout.allocationBytes());
        }
    }

    /** Rows: output features. */
    public long rows() {
        return layout.rows();
    }

    /** Columns: input features. */
    public long columns() {
        return layout.columns();
    }

    public DType type() {
        return layout.type();
    }

    /**
     * Expands one row to float32, as an embedding look-up does.
     *
     * @param target {@code columns} floats from {@code targetOffset} (bytes)
     * @param encoded at least {@code layout.rowBytes()} bytes that may be overwritten
     * @param scratch at least {@code layout.scratchBytes()} bytes that may be overwritten
     */
    public void decodeRow(long row, MemorySegment target, long targetOffset, MemorySegment encoded, MemorySegment scratch) {
        if (row < 0 || row >= rows()) {
            throw new IllegalArgumentException("row=" + row + " is outside of 0.." + (rows() - 1));
        }
        layout.unpackRow(row, panels, encoded, scratch);
        type().codec().orElseThrow().decode(encoded, 0, target, targetOffset, layout.rowBlocks());
    }
}
