package dev.lockstep.kernel.internal.vector;

import static dev.lockstep.kernel.internal.vector.Species.DOUBLES;
import static dev.lockstep.kernel.internal.vector.Species.HALF_INTS;
import static dev.lockstep.kernel.internal.vector.Species.ORDER;
import static dev.lockstep.kernel.internal.vector.Species.PANEL_ROWS;
import static dev.lockstep.kernel.internal.vector.Species.VECTOR_BYTES;
import static jdk.incubator.vector.IntVector.fromMemorySegment;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.I2D;
import static jdk.incubator.vector.VectorOperators.LSHL;

import dev.lockstep.kernel.Activations;
import dev.lockstep.kernel.FloatRows;
import dev.lockstep.kernel.MatMulScratch;
import dev.lockstep.quant.PanelForm.Part;
import dev.lockstep.quant.PanelMatrix;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.IntVector;

/**
 * One panel of 8-bit weights times all tokens: exact sums of a block's columns, then floats in one order. Few tokens stream the
 * weights one after the other; many share them, unpacked a stretch at a time into the second-level cache.
 */
final class PackedMatMul {
    /** Up to here, tokens one by one are faster than a tile of twelve. */
    private static final int FEW_TOKENS = 6;
    private static final int BLOCK = Activations.BLOCK;
    private static final int STRETCH = MatMulScratch.STRETCH;
    private static final int ROW_BLOCKS = MatMulScratch.ROW_STRETCH / BLOCK;
    private static final long ROW_FLOATS = (long) PANEL_ROWS * Float.BYTES;
    private static final int QUARTERS = 4;
    private static final long HALF_BYTES = VECTOR_BYTES / 2;
    private static final long QUARTER_BYTES = STRETCH * PackedTile.COLUMN_BYTES;

    private PackedMatMul() {
    }

    static void multiply(PanelMatrix weights, long panel, Activations x, FloatRows y, int tokens, MatMulScratch s) {
        long at = panel * weights.layout().panelBytes();
        Scales.halves(weights.panels(), at + weights.layout().partOffset(Part.SCALE), weights.layout().rowBlocks(), s.scales());
        Fold.clear(s.results(), Activations.tiles(tokens) * Activations.TILE);
        long bytes = at + weights.layout().partOffset(Part.BYTES);
        if (tokens <= FEW_TOKENS) {
            for (int token = 0; token < tokens; token++) {
                row(weights.panels(), bytes, x, token, s);
            }
        } else {
            stretches(weights.panels(), bytes, x, tokens, s);
        }
        Fold.deliver(s.results(), tokens, y, panel);
    }

    private static void row(MemorySegment w, long at, Activations x, int token, MatMulScratch s) {
        long firstBlock = (long) token * (x.columns() / BLOCK);
        for (int block = 0; block < x.columns() / BLOCK; block += ROW_BLOCKS) {
            int blocks = Math.min(ROW_BLOCKS, x.columns() / BLOCK - block);
            IntRow.multiplyBytes(w, at + (long) block * BLOCK * PANEL_ROWS, blocks, x.ints().values(),
                    (firstBlock + block) * BLOCK * Integer.BYTES, s.sums());
            Fold.ints(s.sums(), blocks, s.scales(), block * ROW_FLOATS, x.ints().scales(), (firstBlock + block) * Float.BYTES,
                    s.results(), token * ROW_FLOATS);
        }
    }

    private static void stretches(MemorySegment w, long at, Activations x, int tokens, MatMulScratch s) {
        for (int column = 0; column < x.columns(); column += STRETCH) {
            int count = Math.min(STRETCH, x.columns() - column);
            unpack(w, at + (long) column * PANEL_ROWS, count, s.weights());
            for (int quarter = 0; quarter < QUARTERS; quarter++) {
                for (int tile = 0; tile < Activations.tiles(tokens); tile++) {
                    tile(x, tile, column, count / BLOCK, quarter, s);
                }
            }
        }
    }

    private static void tile(Activations x, int tile, int column, int blocks, int quarter, MatMulScratch s) {
        PackedTile.multiply(s.weights(), quarter * QUARTER_BYTES, x.packed().values(),
                ((long) tile * x.columns() + column) * PackedTile.X_BYTES, blocks, s.sums());
        long scales = column / BLOCK * ROW_FLOATS + (long) quarter * VECTOR_BYTES;
        long xScales = ((long) tile * x.columns() + column) / BLOCK * Activations.TILE * Float.BYTES;
        long results = tile * Activations.TILE * ROW_FLOATS + (long) quarter * VECTOR_BYTES;
        for (int triple = 0; triple < PackedTile.TRIPLES; triple++) {
            long tokens = (long) triple * Activations.TRIPLE;
            for (int half = 0; half < 2; half++) {
                PackedFold.fold(s.sums(), triple * PackedTile.COLUMN_BYTES + (long) half * VECTOR_BYTES, blocks,
                        s.scales(), scales + half * PackedFold.HALF, x.packed().scales(), xScales + tokens * Float.BYTES,
                        s.results(), results + tokens * ROW_FLOATS + half * PackedFold.HALF);
            }
        }
    }

    /**
     * Bytes to doubles, half of a quarter's rows at a time.
     *
     * @param panel int8, (columns, PANEL_ROWS) from byte {@code at}
     * @param w float64, (4 quarters, STRETCH columns, PANEL_ROWS / 4)
     */
    private static void unpack(MemorySegment panel, long at, int columns, MemorySegment w) {
        int step = Rolled.step;
        for (int half = 0; half < 2 * columns; half += step) {
            IntVector q = fromMemorySegment(HALF_INTS, panel, at + half * HALF_BYTES, ORDER);
            long to = (long) half * VECTOR_BYTES;
            q.lanewise(LSHL, 24).lanewise(ASHR, 24).convertShape(I2D, DOUBLES, 0).intoMemorySegment(w, to, ORDER);
            q.lanewise(LSHL, 8).lanewise(ASHR, 24).convertShape(I2D, DOUBLES, 0).intoMemorySegment(w, to + QUARTER_BYTES, ORDER);
            q.lanewise(LSHL, 16).lanewise(ASHR, 24).convertShape(I2D, DOUBLES, 0).intoMemorySegment(w, to + 2 * QUARTER_BYTES, ORDER);
            q.lanewise(ASHR, 24).convertShape(I2D, DOUBLES, 0).intoMemorySegment(w, to + 3 * QUARTER_BYTES, ORDER);
        }
    }
}
