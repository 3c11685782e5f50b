package dev.lockstep.kernel;

/**
 * How the keys and values of one head lie in memory: in blocks of {@value #BLOCK} positions, each with all that attention needs
 * of them. Offsets are in bytes from the start of a block.
 *
 * <p>A panel row holds {@value #PANEL} numbers side by side, one per vector lane. Keys lie dimension by dimension, so that the
 * lanes of a row are positions and a score is summed without leaving its lane; values lie position by position, and the lanes
 * are dimensions. So both products of attention are of one kind: Σ number · row.
 *
 * <pre>
 * key scales    (BLOCK / PANEL, keyGroups, PANEL positions)    float32, if the type is scaled
 * keys          (BLOCK / PANEL, keyDim, PANEL positions)
 * values        (valuePanels, BLOCK, PANEL dimensions)
 * value scales  (valuePanels, BLOCK)                           float32, if the type is scaled
 * </pre>
 *
 * @param keyDim numbers of a key
 * @param valueDim numbers of a value
 */
public record KvLayout(KvType type, int keyDim, int valueDim) {
    /** Positions of a block: keys and values of a head of 64 fit into a small first-level cache. */
    public static final int BLOCK = 64;

    /** Numbers of a panel row, and dimensions that share a scale: a multiple of every vector length. */
    public static final int PANEL = 32;

    private static final int KEY_PANELS = BLOCK / PANEL;

    public KvLayout {
        if (keyDim < 1 || valueDim < 1) {
            throw new IllegalArgumentException("keyDim=" + keyDim + ", valueDim=" + valueDim);
        }
    }

    /** Groups of dimensions of a key that share a scale. */
    public int keyGroups() {
        return panels(keyDim);
    }

    /** Panels of values: groups of dimensions, the last one padded. */
    public int valuePanels() {
        return panels(valueDim);
    }

    /** Not {@code Math.ceilDiv}: its branch goes one way while kernels are warmed up, and the other way with the next model. */
    private static int panels(int dims) {
        return (dims + PANEL - 1) / PANEL;
    }

    /** Where the scales of key panel {@code panel} and dimensions {@code group * PANEL} and up begin. */
    public long keyScales(int panel, int group) {
        return type.isScaled() ? ((long) panel * keyGroups() + group) * PANEL * Float.BYTES : 0;
    }

    /** Where the keys of positions {@code panel * PANEL} and up of a block begin. */
    public long keyPanel(int panel) {
        return keyScales(KEY_PANELS, 0) + (long) panel * keyDim * type.rowBytes();
    }

    /** Where dimensions {@code panel * PANEL} and up of a block's values begin. */
    public long valuePanel(int panel) {
        return keyPanel(KEY_PANELS) + (long) panel * BLOCK * type.rowBytes();
    }

    /** Where the scales of value panel {@code panel} begin. */
    public long valueScales(int panel) {
        return valuePanel(valuePanels()) + (type.isScaled() ? (long) panel * BLOCK * Float.BYTES : 0);
    }

    /** Bytes of one block. */
    public long blockBytes() {
        return valueScales(valuePanels());
    }

    /**
     * Bytes of one head's cache for a number of positions.
     *
     * @throws ArithmeticException if that is no long
     */
    public long byteSize(long positions) {
        return Math.multiplyExact(Math.ceilDiv(positions, (long) BLOCK), blockBytes());
    }
}
