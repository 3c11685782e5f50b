package dev.lockstep.loader;

import dev.lockstep.loader.internal.VerifiedPages;
import dev.lockstep.quant.PanelLayout;
import dev.lockstep.quant.PanelMatrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * Memory of one thread through which the panels of {@linkplain PagedMatrix paged matrices} of one checkpoint pass, some at a time. The
 * memory is borrowed. One thread at a time.
 */
public final class PanelWindow {
    /** Long enough that pages shared by two windows hardly count, short enough for the L2 cache and for many threads. */
    private static final long WINDOW_BYTES = 1 << 20;

    private final MemorySegment panels;
    private final MemorySegment weaving;
    private final Map<VerifiedPages, VerifiedPages.Reader> readers = new IdentityHashMap<>();

    private PanelWindow(SegmentAllocator memory, Collection<PagedMatrix> matrices) {
        long rowBytes = largest(matrices, layout -> panelsAtOnce(layout) * layout.panelBytes());
        matrices.forEach(matrix -> readers.computeIfAbsent(matrix.pages(),
                pages -> pages.newReader(memory.allocate(VerifiedPages.readerBytes(rowBytes)))));
        panels = memory.allocate(largest(matrices, layout -> layout.panels(0, panelsAtOnce(layout)).allocationBytes()));
        weaving = memory.allocate(largest(matrices, PanelLayout::scratchBytes));
    }

    /** Memory for panels of these matrices. */
    public static PanelWindow allocate(SegmentAllocator memory, Collection<PagedMatrix> matrices) {
        return new PanelWindow(memory, matrices);
    }

    private static long largest(Collection<PagedMatrix> matrices, ToLongFunction<PanelLayout> size) {
        return matrices.stream().map(PagedMatrix::layout).mapToLong(size).max().orElseThrow();
    }

    /** How many panels of a matrix pass through at once, at least 1. */
    public static long panelsAtOnce(PanelLayout layout) {
        return Math.clamp(WINDOW_BYTES / layout.panelBytes(), 1, layout.panels());
    }

    /**
     * Brings panels {@code from} (inclusive) to {@code to} (exclusive) of a matrix into the window, at most
     * {@link #panelsAtOnce} of them.
     *
     * @return a matrix of these rows alone, until the next call
     * @throws dev.lockstep.loader.signing.ModelSignatureException if the file was changed since it was verified
     */
    public PanelMatrix load(PagedMatrix matrix, long from, long to) {
        PanelLayout window = matrix.layout().panels(from, to);
        MemorySegment source = readers.get(matrix.pages()).read(matrix.offsetOf(from * window.panelRows()), window.rows() * window.rowBytes());
        if (window.rows() % window.panelRows() != 0) {
            // pack leaves the lanes of missing rows as they are
            panels.asSlice((window.panels() - 1) * window.panelBytes(), window.panelBytes()).fill((byte) 0);
        }
        for (long panel = 0; panel < window.panels(); panel++) {
            long at = panel * window.panelBytes();
            window.pack(panel, source.asSlice(at, window.rowsIn(panel) * window.rowBytes()), panels, weaving);
        }
        return new PanelMatrix(window, panels);
    }

    /** Overwrites everything with zeros. */
    public void zero() {
        readers.values().forEach(VerifiedPages.Reader::zero);
        panels.fill((byte) 0);
        weaving.fill((byte) 0);
    }
}
