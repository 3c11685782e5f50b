package dev.lockstep.kernel.internal.vector;

import static dev.lockstep.kernel.internal.vector.Species.PANEL_ROWS;

import dev.lockstep.kernel.Activations;
import dev.lockstep.kernel.FloatRows;
import dev.lockstep.kernel.MatMulScratch;
import dev.lockstep.quant.DType;
import dev.lockstep.quant.PanelForm.Part;
import dev.lockstep.quant.PanelMatrix;
import java.lang.foreign.MemorySegment;

/**
 * One panel of float weights times all tokens. A stretch of columns at a time is expanded to floats in the first-level cache,
 * once for all tokens; F32 panels are read where they are.
 */
final class FloatMatMul {
    private static final long COLUMN_BYTES = FloatTile.COLUMN_BYTES;
    private static final int STRETCH = MatMulScratch.STRETCH_BYTES / (int) COLUMN_BYTES;
    private static final long TILE_BYTES = FloatTile.TOKENS * COLUMN_BYTES;
    private static final long HALF_PANEL_BYTES = COLUMN_BYTES / 2;
    private static final int BLOCK = 32;

    private FloatMatMul() {
    }

    static void multiply(PanelMatrix weights, long panel, Activations x, FloatRows y, int tokens, MatMulScratch s) {
        long at = panel * weights.layout().panelBytes();
        boolean scaled = isScaled(weights.type());
        if (scaled) {
            Scales.halves(weights.panels(), at + weights.layout().partOffset(Part.SCALE), weights.layout().rowBlocks(), s.scales());
        }
        Fold.clear(s.results(), tokens);
        if (tokens == 1 && weights.type() == DType.Q8_0) {
            FloatRow.multiplyQ8(weights.panels(), at + weights.layout().partOffset(Part.BYTES), PANEL_ROWS, s.scales(),
                    (int) weights.layout().rowBlocks(), x.rows().data(), 0, s.results(), 0);
        } else {
            stretches(weights, at, x, tokens, s);
        }
        for (int token = 0; token < tokens; token++) {
            MemorySegment.copy(s.results(), token * COLUMN_BYTES, y.data(), y.offset(token) + panel * COLUMN_BYTES, COLUMN_BYTES);
        }
    }

    private static boolean isScaled(DType type) {
        return type == DType.Q8_0 || type == DType.IQ4_NL;
    }

    private static void stretches(PanelMatrix weights, long at, Activations x, int tokens, MatMulScratch s) {
        int columns = Math.toIntExact(weights.columns());
        for (int column = 0; column < columns; column += STRETCH) {
            int count = Math.min(STRETCH, columns - column);
            if (weights.type() == DType.F32) {
                accumulate(weights.panels(), at + column * COLUMN_BYTES, x, column, count, tokens, s.results());
            } else {
                expand(weights, at, column, count, s);
                accumulate(s.weights(), 0, x, column, count, tokens, s.results());
            }
        }
    }

    private static void expand(PanelMatrix weights, long at, int column, int count, MatMulScratch s) {
        MemorySegment panels = weights.panels();
        long scalesAt = column / BLOCK * COLUMN_BYTES;
        switch (weights.type()) {
            case F16 -> Scales.halves(panels, at + (long) column * PANEL_ROWS * Short.BYTES, count, s.weights());
            case BF16 -> Dequantize.bf16(panels, at + (long) column * PANEL_ROWS * Short.BYTES, count, s.weights());
            case Q8_0 -> Dequantize.bytes(panels, at + weights.layout().partOffset(Part.BYTES) + (long) column * PANEL_ROWS,
                    count / BLOCK, s.scales(), scalesAt, s.weights());
            case IQ4_NL -> {
                long nibbles = at + weights.layout().partOffset(Part.NIBBLE_PLANE) + (long) column / 2 * PANEL_ROWS;
                Unpack.lookUpNibbles(panels, nibbles, count / BLOCK, NibbleTables.IQ4_NL, s.shorts());
                Dequantize.shorts(s.shorts(), count / BLOCK, s.scales(), scalesAt, s.weights());
            }
            default -> throw new IllegalArgumentException("type=" + weights.type() + " has no float kernel");
        }
    }

    private static void accumulate(MemorySegment w, long wAt, Activations x, int column, int count, int tokens,
            MemorySegment results) {
        if (tokens == 1) {
            FloatRow.multiply(w, wAt, x.rows().data(), (long) column * Float.BYTES, count, results, 0);
            return;
        }
        MemorySegment tiles = x.floats().tiles();
        for (int tile = 0; tile < Math.ceilDiv(tokens, FloatTile.TOKENS); tile++) {
            long xAt = ((long) tile * x.columns() + column) * FloatTile.TOKENS * Float.BYTES;
            FloatTile.multiply(w, wAt, tiles, xAt, count, COLUMN_BYTES, results, tile * TILE_BYTES);
            FloatTile.multiply(w, wAt + HALF_PANEL_BYTES, tiles, xAt, count, COLUMN_BYTES, results,
                    tile * TILE_BYTES + HALF_PANEL_BYTES);
        }
    }
}
