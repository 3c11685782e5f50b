package dev.lockstep.quant;

import java.lang.foreign.MemorySegment;

/**
 * A weight matrix in panels: what the kernels read; or a run of panels of one, whose others are elsewhere. Panels and rows are counted
 * as in the whole matrix. The memory is borrowed from whoever loaded the weights.
 *
 * @param layout shape, type and order of the bytes of the whole matrix
 * @param panels the bytes from panel {@code firstPanel} on, and {@value PanelLayout#READ_SLACK} bytes more of anything
 * @param firstPanel the first panel that is here
 * @param endPanel the first one that is not here any more
 */
public record PanelMatrix(PanelLayout layout, MemorySegment panels, long firstPanel, long endPanel) implements WeightMatrix {
    public PanelMatrix {
        if (firstPanel < 0 || endPanel <= firstPanel || endPanel > layout.panels()) {
            throw new IllegalArgumentException("firstPanel=" + firstPanel + ", endPanel=" + endPanel + " must be within 0.." + layout.panels());
        }
        long needed = (endPanel - firstPanel) * layout.panelBytes() + PanelLayout.READ_SLACK;
        if (panels.byteSize() < needed) {
            throw new IllegalArgumentException("panels.byteSize=" + panels.byteSize() + " is less than " + needed);
        }
    }

    /** The whole matrix. */
    public PanelMatrix(PanelLayout layout, MemorySegment panels) {
        this(layout, panels, 0, layout.panels());
    }

    /** Where a panel begins in {@link #panels}. */
    public long byteOffset(long panel) {
        return (panel - firstPanel) * layout.panelBytes();
    }

    /**
     * Takes a row out of its panel, in file order.
     *
     * @param row of the whole matrix; its panel must be here
     * @param target at least {@code layout.rowBytes()} bytes
     * @param scratch at least {@link #decodeScratchBytes()} bytes that may be overwritten
     */
    public void unpackRow(long row, MemorySegment target, MemorySegment scratch) {
        layout.unpackRow(row - firstPanel * layout.panelRows(), panels, target, scratch);
    }

    @Override
    public long decodeScratchBytes() {
        return layout.scratchBytes();
    }

    @Override
    public void decodeRow(long row, MemorySegment target, long targetOffset, MemorySegment encoded, MemorySegment scratch) {
        requireRow(row);
        unpackRow(row, encoded, scratch);
        type().codec().orElseThrow().decode(encoded, 0, target, targetOffset, layout.rowBlocks());
    }
}
