package dev.lockstep.quant;

import java.lang.foreign.MemorySegment;

/**
 * A weight matrix in panels: what the kernels read. The memory is borrowed from the arena that the weights were loaded into.
 *
 * @param layout shape, type and order of the bytes
 * @param panels the bytes, at least {@code layout.allocationBytes()} of them
 */
public record PanelMatrix(PanelLayout layout, MemorySegment panels) implements WeightMatrix {
    public PanelMatrix {
        if (panels.byteSize() < layout.allocationBytes()) {
            throw new IllegalArgumentException("panels.byteSize=" + panels.byteSize()
                    + " is less than layout.allocationBytes=" + layout.allocationBytes());
        }
    }

    @Override
    public long decodeScratchBytes() {
        return layout.scratchBytes();
    }

    @Override
    public void decodeRow(long row, MemorySegment target, long targetOffset, MemorySegment encoded, MemorySegment scratch) {
        requireRow(row);
        layout.unpackRow(row, panels, encoded, scratch);
        type().codec().orElseThrow().decode(encoded, 0, target, targetOffset, layout.rowBlocks());
    }
}
