package dev.lockstep.loader;

import dev.lockstep.loader.internal.VerifiedPages;
import dev.lockstep.quant.PanelLayout;
import dev.lockstep.quant.WeightMatrix;
import java.lang.foreign.MemorySegment;

/**
 * A weight matrix that stays in its file until panels of it are needed; see {@link Residency#MAPPED}. Borrows the open file from
 * the {@link Weights} it belongs to. Any number of threads may use it, each with memory of its own.
 */
public final class PagedMatrix implements WeightMatrix {
    private final PanelLayout layout;
    private final VerifiedPages pages;
    private final long byteOffset;

    /** @param byteOffset of the first row in the file */
    PagedMatrix(PanelLayout layout, VerifiedPages pages, long byteOffset) {
        this.layout = layout;
        this.pages = pages;
        this.byteOffset = byteOffset;
    }

    @Override
    public PanelLayout layout() {
        return layout;
    }

    VerifiedPages pages() {
        return pages;
    }

    /** Where a row begins in the file. */
    long offsetOf(long row) {
        return byteOffset + row * layout.rowBytes();
    }

    @Override
    public long decodeScratchBytes() {
        return VerifiedPages.readerBytes(layout.rowBytes());
    }

    /** @throws dev.lockstep.loader.signing.ModelSignatureException if the file was changed since it was verified */
    @Override
    public void decodeRow(long row, MemorySegment target, long targetOffset, MemorySegment encoded, MemorySegment scratch) {
        requireRow(row);
        MemorySegment.copy(pages.newReader(scratch).read(offsetOf(row), layout.rowBytes()), 0, encoded, 0, layout.rowBytes());
        type().codec().orElseThrow().decode(encoded, 0, target, targetOffset, layout.rowBlocks());
    }
}
