package dev.lockstep.loader.internal;

import java.lang.foreign.MemorySegment;

/** Where panels of weights go, by where their rows are in the checkpoint. */
public interface PanelMemory {
    /** True if the panels of these bytes can lie side by side. */
    boolean isInOneChunk(long offset, long count);

    /**
     * Memory for the panels of bytes that {@linkplain #isInOneChunk lie in one chunk}, and
     * {@value dev.lockstep.quant.PanelLayout#READ_SLACK} bytes more behind them.
     */
    MemorySegment place(long offset, long count);
}
