package dev.lockstep.kernel.internal.vector;

import static dev.lockstep.kernel.internal.vector.Species.LONGS;
import static dev.lockstep.kernel.internal.vector.Species.ORDER;
import static dev.lockstep.kernel.internal.vector.Species.PANEL_ROWS;
import static dev.lockstep.kernel.internal.vector.Species.VECTOR_BYTES;
import static jdk.incubator.vector.LongVector.fromMemorySegment;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.XOR;

import dev.lockstep.kernel.Activations;
import dev.lockstep.kernel.FloatRows;
import dev.lockstep.kernel.MatMulScratch;
import dev.lockstep.kernel.internal.scalar.ScalarMatMul;
import dev.lockstep.quant.PanelForm.Part;
import dev.lockstep.quant.PanelMatrix;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.LongVector;

/**
 * Panels of 8-bit weights times all tokens: exact sums of a block's columns, then floats in one order. Few tokens stream the
 * weights one after the other; many share them, unpacked a quarter of a stretch at a time into the first-level cache.
 */
final class PackedMatMul {
    /** Up to here, tokens one by one are faster than a tile of twelve. */
    private static final int FEW_TOKENS = 6;
    private static final int BLOCK = Activations.BLOCK;
    private static final int STRETCH = MatMulScratch.STRETCH;
    private static final long ROW_FLOATS = (long) PANEL_ROWS * Float.BYTES;
    private static final int QUARTERS = 4;
    private static final long SIGN_BITS = 0x8080_8080_8080_8080L;
    private static final long LOW_BYTE = 0xFF;
    private static final long BITS_OF_2_TO_52 = Double.doubleToRawLongBits(0x1p52);
    private static final double EXCESS = 0x1p52 + 128;

    private PackedMatMul() {
    }

    /** True if so many tokens are multiplied in the packed form. */
    static boolean readsPacked(int tokens) {
        return tokens > FEW_TOKENS;
    }

    static void multiply(PanelMatrix weights, long fromPanel, long toPanel, Activations x, FloatRows y, int tokens,
            MatMulScratch s) {
        if (!readsPacked(tokens)) {
            rows(weights, fromPanel, toPanel, x, y, tokens, s);
            return;
        }
        for (long panel = fromPanel; panel < toPanel; panel++) {
            long at = weights.byteOffset(panel);
            Fold.clear(s.results(), Activations.tiles(tokens) * Activations.TILE);
            Scales.halves(weights.panels(), at, ByteRow.BLOCK_BYTES, weights.layout().rowBlocks(), s.scales());
            stretches(weights.panels(), at + weights.layout().partOffset(Part.BYTES), x, tokens, s);
            Fold.deliver(s.results(), tokens, y, panel);
        }
    }

    private static void rows(PanelMatrix weights, long fromPanel, long toPanel, Activations x, FloatRows y, int tokens,
            MatMulScratch s) {
        int blocks = x.columns() / BLOCK;
        for (long panel = fromPanel; panel < toPanel; panel++) {
            RowPart.begin(s.part());
            for (int token = 0; token < tokens; token++) {
                row(weights.panels(), weights.byteOffset(panel), blocks, x.ints(), (long) token * x.columns(), s.part(), y.data(),
                        y.offset(token) + panel * ROW_FLOATS);
            }
            if (RowPart.sawInfinity(s.part())) {
                ScalarMatMul.panel(weights, panel, x, y, tokens, s);
            }
        }
    }

    /** A token times a panel of {@code blocks} blocks, straight to its place among the results: the stream must not be held up. */
    private static void row(MemorySegment w, long at, int blocks, Activations.IntForm x, long first, MemorySegment part,
            MemorySegment y, long yAt) {
        for (int block = 0; block < blocks; block += MatMulScratch.STRETCH_BLOCKS) {
            ByteRow.multiply(w, at + block * ByteRow.BLOCK_BYTES, Math.min(MatMulScratch.STRETCH_BLOCKS, blocks - block), x, first + block * BLOCK, part);
            RowPart.add(part, block == 0, y, yAt);
        }
    }

    private static void stretches(MemorySegment w, long at, Activations x, int tokens, MatMulScratch s) {
        for (int column = 0; column < x.columns(); column += STRETCH) {
            int count = Math.min(STRETCH, x.columns() - column);
            // a quarter at a time: as doubles, only that much stays in the first-level cache
            for (int quarter = 0; quarter < QUARTERS; quarter++) {
                unpack(w, at + column / BLOCK * ByteRow.BLOCK_BYTES, count, quarter, s.weights());
                for (int tile = 0; tile < Activations.tiles(tokens); tile++) {
                    tile(x, tile, column, count / BLOCK, quarter, s);
                }
            }
        }
    }

    private static void tile(Activations x, int tile, int column, int blocks, int quarter, MatMulScratch s) {
        PackedTile.multiply(s.weights(), x.packed().values(), x.packed().offset(tile, column), blocks, s.sums());
        long scales = column / BLOCK * ROW_FLOATS + (long) quarter * VECTOR_BYTES;
        long scaleRow = (long) x.columns() / BLOCK * Float.BYTES;
        long xScales = tile * Activations.TILE * scaleRow + (long) column / BLOCK * Float.BYTES;
        long results = tile * Activations.TILE * ROW_FLOATS + (long) quarter * VECTOR_BYTES;
        PackedFold.fold(s.sums(), blocks, s.scales(), scales, x.ints().scales(), xScales, scaleRow, s.part());
        PackedFold.add(s.part(), s.results(), results);
    }

    /**
     * Bytes to doubles: with its sign bit flipped, a byte is 128 more than its value; put into the lowest bits of 2^52 and read as a
     * double, it is as much more than that.
     *
     * @param panel int8, (32, PANEL_ROWS) of each block from byte {@code at}
     * @param quarter of the panel's rows
     * @param w float64, (columns, even rows and odd rows), columns in the order of {@link PackedTile#place}
     */
    private static void unpack(MemorySegment panel, long at, int columns, int quarter, MemorySegment w) {
        MemorySegment ws = panel.asSlice(at, MatMulScratch.STRETCH_BLOCKS * ByteRow.BLOCK_BYTES);
        MemorySegment out = w.asSlice(0, STRETCH * PackedTile.COLUMN_BYTES);
        // bytes 0 and 2 of an int are the first two quarters, 1 and 3 the others
        int shift = (quarter & 1) * 16 + (quarter >> 1) * 8;
        int step = Rolled.step;
        for (int i = 0; i < columns; i += step) {
            int column = i & STRETCH - 1;
            long from = (column / BLOCK) * ByteRow.BLOCK_BYTES + (column & BLOCK - 1) * (long) PANEL_ROWS;
            long to = PackedTile.place(column) * PackedTile.COLUMN_BYTES;
            LongVector q = fromMemorySegment(LONGS, ws, from, ORDER).lanewise(XOR, SIGN_BITS);
            q.lanewise(LSHR, shift).and(LOW_BYTE).or(BITS_OF_2_TO_52).reinterpretAsDoubles().sub(EXCESS)
                    .intoMemorySegment(out, to, ORDER);
            q.lanewise(LSHR, shift + 32).and(LOW_BYTE).or(BITS_OF_2_TO_52).reinterpretAsDoubles().sub(EXCESS)
                    .intoMemorySegment(out, to + VECTOR_BYTES, ORDER);
        }
    }
}
