package dev.lockstep.quant;

import java.lang.foreign.MemorySegment;

/**
 * Where the bytes of a matrix lie when its rows are woven into panels of {@code panelRows} rows.
 *
 * <p>A matrix of shape {@code (rows, columns)} becomes {@code ceil(rows / panelRows)} panels, one after the other. Within a
 * panel, blocks follow in column order; each is brought into the canonical order of its {@link PanelForm}, and each unit of all
 * rows lies side by side before the next. So a kernel that goes through the columns reads one stretch of memory from its first
 * byte to its last, scales included: whatever leaves a gap in that stream, or goes back in it, stops the machine's prefetching.
 * It is an exact rearrangement of the file's bits, of the same size; only the last panel is filled up with rows of zeros.
 *
 * <p>Side by side, rows do not lie in their own order. With L = panelRows / 4, row r = c · L + j (c = 0..3, j = 0..L-1) is unit
 *
 * <pre>
 *   4-byte units   r                           rows 0, 1, 2, 3, ...
 *   2-byte units   (c &gt;&gt; 1) · 2L + 2j + (c &amp; 1)   rows 0, L, 1, L+1, ..., then 2L, 3L, 2L+1, 3L+1, ...
 *   1-byte units   4j + 2(c &amp; 1) + (c &gt;&gt; 1)      rows 0, 2L, L, 3L, 1, 2L+1, L+1, 3L+1, ...
 * </pre>
 *
 * so that in a vector of L ints, int j holds nothing but row j of the quarters: kernels split 16-bit and 8-bit lanes into
 * vectors of consecutive rows with shifts in place, without moving anything across lanes.
 *
 * @param type the type of the values; must be {@linkplain DType#isComputable computable}
 * @param rows rows of the matrix (output features)
 * @param columns columns of the matrix (input features), a whole number of blocks
 * @param panelRows rows per panel, a multiple of 4, chosen by the kernels for the width of the machine's vectors
 */
public record PanelLayout(DType type, long rows, long columns, int panelRows) {
    /**
     * Bytes that there must be behind the last panel, whatever they hold: 64 columns of F32, 64 rows each, the longest slice that a
     * kernel takes of what may be a single column.
     */
    public static final long READ_SLACK = 16 << 10;
    private static final int QUARTERS = 4;

    public PanelLayout {
        if (!type.isComputable()) {
            throw new IllegalArgumentException("type=" + type + " has no panel form; there are " + DType.computableNames());
        }
        if (rows <= 0 || columns <= 0 || panelRows <= 0) {
            throw new IllegalArgumentException("rows=" + rows + ", columns=" + columns + ", panelRows=" + panelRows
                    + " must be positive");
        }
        if (panelRows % QUARTERS != 0) {
            throw new IllegalArgumentException("panelRows=" + panelRows + " must be a multiple of " + QUARTERS);
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

    /** Bytes of one block of all rows of a panel: the distance from a block to the next. */
    public long panelBlockBytes() {
        return (long) type.blockBytes() * panelRows;
    }

    /** Bytes of one panel. */
    public long panelBytes() {
        return Math.multiplyExact(rowBytes(), panelRows);
    }

    /** Bytes of all panels. */
    public long byteSize() {
        return Math.multiplyExact(panelBytes(), panels());
    }

    /** Bytes to allocate: kernels take slices of a constant size that may reach up to {@value #READ_SLACK} bytes behind the last panel. */
    public long allocationBytes() {
        return Math.addExact(byteSize(), READ_SLACK);
    }

    /** The matrix of panels {@code from} (inclusive) to {@code to} (exclusive) alone. */
    public PanelLayout panels(long from, long to) {
        return new PanelLayout(type, Math.min(to * panelRows, rows) - from * panelRows, columns, panelRows);
    }

    /** Rows of the matrix that panel {@code panel} holds: {@code panelRows}, or fewer in the last one. */
    public int rowsIn(long panel) {
        return (int) Math.min(panelRows, rows - panel * panelRows);
    }

    /** The canonical order of a block. */
    public PanelForm form() {
        return type.panelForm().orElseThrow();
    }

    /**
     * Where a unit of row {@code row} of a panel lies among the same unit of all its rows, in bytes.
     *
     * @param row 0 to panelRows - 1
     * @param unitBytes 1, 2 or 4
     * @throws IllegalArgumentException if there is no such size of unit
     */
    public long unitOffset(int row, int unitBytes) {
        int quarter = panelRows / QUARTERS;
        int c = row / quarter;
        int j = row % quarter;
        return switch (unitBytes) {
            case Byte.BYTES -> 4L * j + 2 * (c & 1) + (c >> 1);
            case Short.BYTES -> Short.BYTES * ((c >> 1) * 2L * quarter + 2L * j + (c & 1));
            case Integer.BYTES -> (long) Integer.BYTES * row;
            default -> throw new IllegalArgumentException("unitBytes=" + unitBytes + " must be 1, 2 or 4");
        };
    }

    /**
     * Where a part begins in a block of all rows, in bytes.
     *
     * @throws IllegalArgumentException if this type has no such part
     */
    public long partOffset(PanelForm.Part part) {
        return partOffset(part, 0);
    }

    /**
     * Where a unit of a part begins in a block of all rows, in bytes.
     *
     * @param unit counted through all groups
     * @throws IllegalArgumentException if this type has no such part, or that no such unit
     */
    public long partOffset(PanelForm.Part part, int unit) {
        return (long) form().offset(part, unit) * panelRows;
    }

    /**
     * Where a run of block number {@code block} begins in a panel, in bytes.
     *
     * @param inBlock where it begins in a canonical block
     */
    long runOffset(long inBlock, long block) {
        return block * panelBlockBytes() + inBlock * panelRows;
    }

    /** Bytes of scratch memory that {@link #pack} and {@link #unpackRow} need; 0 where files have the canonical order. */
    public long scratchBytes() {
        return Weaver.scratchBytes(this);
    }

    /**
     * Weaves the rows of one panel. Different panels may be packed by different threads at the same time.
     *
     * @param source the panel's rows in file order, {@code rowsIn(panel) * rowBytes()} bytes from offset 0
     * @param target memory of all panels, {@code byteSize()} bytes; lanes of missing rows are left as they are (zero)
     * @param scratch at least {@link #scratchBytes()} bytes of this thread; what is left in it is made of weights
     */
    public void pack(long panel, MemorySegment source, MemorySegment target, MemorySegment scratch) {
        new Weaver(this, scratch).pack(panel, source, target);
    }

    /**
     * The inverse of {@link #pack} for one row: its bytes in file order, to {@code target} from offset 0. Makes no objects.
     *
     * @param scratch as for {@link #pack}
     */
    public void unpackRow(long row, MemorySegment source, MemorySegment target, MemorySegment scratch) {
        form().lanes().unpack(this, row, source, target, scratch);
    }
}
