package dev.lockstep.quant;

import java.lang.foreign.MemorySegment;

/**
 * Moves single rows into their lanes of a panel and out of them, unit by unit: rows that {@link Weaver} cannot take eight at a
 * time, and rows that are looked up. One per form, because a look-up happens for every token and should make no objects.
 * Immutable and thread-safe.
 */
final class LaneWeaver {
    private final BlockOrder order;
    private final int blockBytes;
    /** An array, because walking through a list makes an iterator. */
    private final PanelForm.Run[] runs;
    /** True if a block is a single value: then consecutive blocks are treated as one block of as many units. */
    private final boolean values;

    LaneWeaver(PanelForm form) {
        order = form.order();
        blockBytes = form.blockBytes();
        runs = form.runs().toArray(PanelForm.Run[]::new);
        values = form.groups() == 0;
    }

    /**
     * Copies consecutive blocks of a row into its lane.
     *
     * @param row counted through all panels
     * @param block number of the first one in its row
     * @param canonical the blocks in canonical order, from byte {@code at}
     */
    void pack(PanelLayout layout, long row, long block, int blocks, MemorySegment canonical, long at, MemorySegment panels) {
        copy(layout, row, block, blocks, canonical, at, panels, true);
    }

    /** @see PanelLayout#unpackRow */
    void unpack(PanelLayout layout, long row, MemorySegment panels, MemorySegment target, MemorySegment scratch) {
        boolean fileOrder = order.isFileOrder();
        long tile = Weaver.tile(layout);
        for (long block = 0; block < layout.rowBlocks(); block += tile) {
            int blocks = (int) Math.min(tile, layout.rowBlocks() - block);
            long to = block * blockBytes;
            copy(layout, row, block, blocks, fileOrder ? target : scratch, fileOrder ? to : 0, panels, false);
            if (!fileOrder) {
                restoreFileOrder(blocks, scratch, target, to);
            }
        }
    }

    private void restoreFileOrder(int blocks, MemorySegment scratch, MemorySegment target, long to) {
        for (long in = 0; in < (long) blocks * blockBytes; in += blockBytes) {
            order.toFile(scratch, in, target, to + in);
        }
    }

    private void copy(PanelLayout layout, long row, long firstBlock, int blocks, MemorySegment canonical, long canonicalAt,
            MemorySegment panels, boolean pack) {
        int lane = (int) (row % layout.panelRows());
        long panel = row / layout.panelRows() * layout.panelBytes();
        int repeats = values ? 1 : blocks;
        for (int block = 0; block < repeats; block++) {
            long inBlock = 0;
            for (PanelForm.Run run : runs) {
                long at = canonicalAt + (long) block * blockBytes + inBlock;
                int unitBytes = run.unitBytes();
                int units = values ? blocks : run.units();
                long inPanels = panel + layout.runOffset(inBlock, firstBlock + block) + layout.unitOffset(lane, unitBytes);
                long stride = (long) unitBytes * layout.panelRows();
                if (pack) {
                    LaneCopy.copy(unitBytes, units, canonical, at, unitBytes, panels, inPanels, stride);
                } else {
                    LaneCopy.copy(unitBytes, units, panels, inPanels, stride, canonical, at, unitBytes);
                }
                inBlock += run.bytes();
            }
        }
    }
}
