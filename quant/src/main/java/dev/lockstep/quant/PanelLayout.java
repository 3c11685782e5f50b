package dev.lockstep.quant;

import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Where the bytes of a matrix lie when its rows are woven into panels of {@code panelRows} rows.
 *
 * <p>A matrix of shape {@code (rows, columns)} becomes {@code ceil(rows / panelRows)} panels, one after the other. Within a
 * panel, blocks follow in column order; within a block, each {@link Interleave unit} of all rows lies side by side. It is a
 * permutation of the file's bytes, exact both ways; only the last panel is filled up with rows of zeros.
 *
 * @param type the type of the values; must be {@linkplain DType#isComputable computable}
 * @param rows rows of the matrix (output features)
 * @param columns columns of the matrix (input features), a whole number of blocks
 * @param panelRows rows per panel, chosen by the kernels for the width of the machine's vectors
 */
public record PanelLayout(DType type, long rows, long columns, int panelRows) {
    private static final long READ_SLACK = 8;

    public PanelLayout {
        if (!type.isComputable()) {
            throw new IllegalArgumentException("type=" + type + " has no kernels; there are " + DType.computableNames());
        }
        if (rows <= 0 || columns <= 0 || panelRows <= 0) {
            throw new IllegalArgumentException("rows=" + rows + ", columns=" + columns + ", panelRows=" + panelRows
                    + " must be positive");
        }
        type.byteSize(columns);
    }

    /** Blocks in one row. */
    public long rowBlocks() {
        return columns / type.blockElements();
    }

    /** Bytes of one row, in the file and in a panel alike. */
    public long rowBytes() {
        return type.byteSize(columns);
    }

    /** Number of panels. */
    public long panels() {
        return Math.ceilDiv(rows, panelRows);
    }

    /** Bytes of one panel. */
    public long panelBytes() {
        return Math.multiplyExact(rowBytes(), panelRows);
    }

    /** Bytes of all panels. */
    public long byteSize() {
        return Math.multiplyExact(panelBytes(), panels());
    }

    /** Bytes to allocate: a kernel may load (and ignore) up to {@value #READ_SLACK} bytes behind the last panel. */
    public long allocationBytes() {
        return Math.addExact(byteSize(), READ_SLACK);
    }

    /** Bytes from one block of a panel to the next. */
    public long blockStride() {
        return (long) type.blockBytes() * panelRows;
    }

    /** Rows of the matrix that panel {@code panel} holds: {@code panelRows}, or fewer in the last one. */
    public int rowsIn(long panel) {
        return (int) Math.min(panelRows, rows - panel * panelRows);
    }

    /**
     * Weaves the rows of one panel.
     *
     * @param source the panel's rows in file order, {@code rowsIn(panel) * rowBytes()} bytes from offset 0
     * @param target memory of all panels, {@code byteSize()} bytes; lanes of missing rows are left as they are (zero)
     */
    public void pack(long panel, MemorySegment source, MemorySegment target) {
        for (int lane = 0; lane < rowsIn(panel); lane++) {
            long inRow = lane * rowBytes();
            long inPanel = panel * panelBytes();
            for (long block = 0; block < rowBlocks(); block++) {
                for (Interleave.Run run : runs()) {
                    copyUnits(run, source, inRow, run.unitBytes(), target, laneOffset(run, inPanel, lane), stride(run));
                    inRow += run.bytes();
                    inPanel += run.bytes() * panelRows;
                }
            }
        }
    }

    /** The inverse of {@link #pack} for one row: its bytes in file order, to {@code target} from offset 0. */
    public void unpackRow(long row, MemorySegment source, MemorySegment target) {
        int lane = (int) (row % panelRows);
        long inRow = 0;
        long inPanel = row / panelRows * panelBytes();
        for (long block = 0; block < rowBlocks(); block++) {
            for (Interleave.Run run : runs()) {
                copyUnits(run, source, laneOffset(run, inPanel, lane), stride(run), target, inRow, run.unitBytes());
                inRow += run.bytes();
                inPanel += run.bytes() * panelRows;
            }
        }
    }

    private List<Interleave.Run> runs() {
        return type.interleave().orElseThrow().runs();
    }

    private static long laneOffset(Interleave.Run run, long inPanel, int lane) {
        return inPanel + (long) lane * run.unitBytes();
    }

    /** Bytes between two units of one row within a panel. */
    private long stride(Interleave.Run run) {
        return (long) run.unitBytes() * panelRows;
    }

    private static void copyUnits(Interleave.Run run, MemorySegment from, long fromOffset, long fromStride,
            MemorySegment to, long toOffset, long toStride) {
        switch (run.unitBytes()) {
            case Byte.BYTES -> {
                for (int i = 0; i < run.count(); i++) {
                    to.set(LittleEndian.BYTE, toOffset + i * toStride, from.get(LittleEndian.BYTE, fromOffset + i * fromStride));
                }
            }
            case Short.BYTES -> {
                for (int i = 0; i < run.count(); i++) {
                    to.set(LittleEndian.SHORT, toOffset + i * toStride, from.get(LittleEndian.SHORT, fromOffset + i * fromStride));
                }
            }
            case Integer.BYTES -> {
                for (int i = 0; i < run.count(); i++) {
                    to.set(LittleEndian.INT, toOffset + i * toStride, from.get(LittleEndian.INT, fromOffset + i * fromStride));
                }
            }
            default -> throw new IllegalArgumentException("unitBytes=" + run.unitBytes() + " must be 1, 2 or 4");
        }
    }
}
