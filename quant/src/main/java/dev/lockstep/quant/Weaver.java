package dev.lockstep.quant;

import java.lang.foreign.MemorySegment;

/**
 * Moves rows into a panel: the canonical order of each block, then the order of {@link PanelLayout}. One for each call,
 * confined to its thread.
 */
final class Weaver {
    /** Bytes of a panel that are woven before the next ones, so that they stay in the first cache until they are complete. */
    private static final int TILE_BYTES = 16 << 10;

    /** Rows that are woven together. */
    private static final int OCTET = 8;

    private final PanelLayout layout;
    private final BlockOrder order;
    private final LaneWeaver lanes;
    private final boolean fileOrder;
    private final int panelRows;
    private final int blockBytes;
    private final PanelForm.Run[] runs;

    /** True if a block is a single value: then consecutive blocks are treated as one block of as many units. */
    private final boolean values;

    /** Blocks of a tile. */
    private final long tile;

    /** Canonical blocks of rows that are woven together, shape (OCTET, tile, blockBytes); empty where files have that order. */
    private final MemorySegment scratch;

    Weaver(PanelLayout layout, MemorySegment scratch) {
        this.layout = layout;
        PanelForm form = layout.form();
        order = form.order();
        lanes = form.lanes();
        fileOrder = order.isFileOrder();
        panelRows = layout.panelRows();
        blockBytes = form.blockBytes();
        runs = form.runs().toArray(PanelForm.Run[]::new);
        values = form.groups() == 0;
        tile = tile(layout);
        this.scratch = scratch;
    }

    /** Bytes of scratch memory for one call. */
    static long scratchBytes(PanelLayout layout) {
        return layout.form().order().isFileOrder() ? 0 : OCTET * tile(layout) * layout.form().blockBytes();
    }

    /** Blocks of each row that are woven before the next ones. */
    static long tile(PanelLayout layout) {
        return Math.max(1, TILE_BYTES / ((long) layout.form().blockBytes() * layout.panelRows()));
    }

    /** @see PanelLayout#pack */
    void pack(long panel, MemorySegment rows, MemorySegment panels) {
        int quarter = panelRows / 4;
        int rowCount = layout.rowsIn(panel);
        // rows j and j + 1 of each quarter are woven together if all of them are there
        int woven = Math.max(0, rowCount - 3 * quarter) & ~1;
        for (long block = 0; block < layout.rowBlocks(); block += tile) {
            int blocks = (int) Math.min(tile, layout.rowBlocks() - block);
            long at = panel * layout.panelBytes();
            for (int j = 0; j < woven; j += 2) {
                packOctet(j, block, blocks, rows, panels, at);
            }
            for (int row = woven; row < rowCount; row++) {
                if (row % quarter >= woven) {
                    packRow(panel, row, block, blocks, rows, panels);
                }
            }
        }
    }

    private void packOctet(int j, long block, int blocks, MemorySegment rows, MemorySegment panels, long at) {
        long rowBytes = layout.rowBytes();
        long quarter = panelRows / 4 * rowBytes;
        long row = j * rowBytes + block * blockBytes;
        if (fileOrder) {
            weave(j, block, blocks, rows, row, rowBytes, quarter, panels, at);
            return;
        }
        long part = (long) blocks * blockBytes;
        for (int i = 0; i < OCTET; i++) {
            canonicalize(rows, row + (i >> 1) * quarter + (i & 1) * rowBytes, blocks, i * part);
        }
        weave(j, block, blocks, scratch, 0, part, 2 * part, panels, at);
    }

    private void canonicalize(MemorySegment rows, long row, int blocks, long scratchAt) {
        for (long in = 0; in < (long) blocks * blockBytes; in += blockBytes) {
            order.toCanonical(rows, row + in, scratch, scratchAt + in);
        }
    }

    /** See {@link OctetWeaver} for {@code row}, {@code next} and {@code quarter}. */
    private void weave(int j, long block, int blocks, MemorySegment from, long row, long next, long quarter, MemorySegment panels,
            long at) {
        var octet = new OctetWeaver(panelRows, blockBytes);
        int repeats = values ? 1 : blocks;
        long inBlock = 0;
        for (PanelForm.Run run : runs) {
            int units = values ? blocks : run.units();
            // row j lies 4j bytes into the units of all rows, whatever their size
            long to = at + layout.runOffset(inBlock, block) + 4L * j;
            switch (run.unitBytes()) {
                case Byte.BYTES -> octet.bytes(from, row + inBlock, next, quarter, units, repeats, panels, to);
                case Short.BYTES -> octet.shorts(from, row + inBlock, next, quarter, units, repeats, panels, to);
                default -> octet.ints(from, row + inBlock, next, quarter, units, repeats, panels, to);
            }
            inBlock += run.bytes();
        }
    }

    private void packRow(long panel, int row, long block, int blocks, MemorySegment rows, MemorySegment panels) {
        long from = row * layout.rowBytes() + block * blockBytes;
        if (!fileOrder) {
            canonicalize(rows, from, blocks, 0);
        }
        lanes.pack(layout, panel * panelRows + row, block, blocks, fileOrder ? rows : scratch, fileOrder ? from : 0, panels);
    }
}
