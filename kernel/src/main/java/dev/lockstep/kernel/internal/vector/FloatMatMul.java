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
 * Panels of float weights times all tokens. A stretch of columns at a time is expanded to floats in the first-level cache,
 * once for all tokens; a token alone reads F32 panels where they are.
 */
final class FloatMatMul {
    private static final long COLUMN_BYTES = FloatTile.COLUMN_BYTES;
    private static final int STRETCH = FloatTile.COLUMNS;
    private static final long TILE_BYTES = FloatTile.TOKENS * COLUMN_BYTES;
    private static final int BLOCK = 32;
    /** Bytes of one column of 16-bit weights. */
    private static final long HALVES_BYTES = (long) PANEL_ROWS * Short.BYTES;

    private FloatMatMul() {
    }

    static void multiply(PanelMatrix weights, long fromPanel, long toPanel, Activations x, FloatRows y, int tokens,
            MatMulScratch s) {
        for (long panel = fromPanel; panel < toPanel; panel++) {
            panel(weights, panel, x, y, tokens, s);
        }
    }

    private static void panel(PanelMatrix weights, long panel, Activations x, FloatRows y, int tokens, MatMulScratch s) {
        long at = weights.byteOffset(panel);
        if (weights.type() == DType.IQ4_NL) {
            Scales.halves(weights.panels(), at + weights.layout().partOffset(Part.SCALE), weights.layout().panelBlockBytes(),
                    weights.layout().rowBlocks(), s.scales());
        }
        Fold.clear(s.results(), tokens);
        stretches(weights, at, x, tokens, s);
        Fold.deliver(s.results(), tokens, y, panel);
    }

    private static void stretches(PanelMatrix weights, long at, Activations x, int tokens, MatMulScratch s) {
        int columns = Math.toIntExact(weights.columns());
        for (int column = 0; column < columns; column += STRETCH) {
            int count = Math.min(STRETCH, columns - column);
            if (weights.type() == DType.F32 && tokens == 1) {
                FloatRow.multiply(weights.panels(), at + column * COLUMN_BYTES, x.rows().data(), (long) column * Float.BYTES, count,
                        s.results());
            } else {
                expand(weights, at, column, count, s);
                accumulate(x, column, count, tokens, s);
            }
        }
    }

    private static void expand(PanelMatrix weights, long at, int column, int count, MatMulScratch s) {
        MemorySegment panels = weights.panels();
        long scalesAt = column / BLOCK * COLUMN_BYTES;
        switch (weights.type()) {
            case F32 -> MemorySegment.copy(panels, at + column * COLUMN_BYTES, s.weights(), 0, count * COLUMN_BYTES);
            case F16 -> Scales.halves(panels, at + column * HALVES_BYTES, HALVES_BYTES, count, s.weights());
            case BF16 -> Dequantize.bf16(panels, at + column * HALVES_BYTES, count, s.weights());
            case IQ4_NL -> {
                long stride = weights.layout().panelBlockBytes();
                long nibbles = at + column / BLOCK * stride + weights.layout().partOffset(Part.NIBBLE_PLANE);
                Unpack.lookUpNibbles(panels, nibbles, stride, count / BLOCK, NibbleTables.IQ4_NL, s.shorts());
                Dequantize.shorts(s.shorts(), count / BLOCK, s.scales(), scalesAt, s.weights());
            }
            default -> throw new IllegalArgumentException("type=" + weights.type() + " has no float kernel");
        }
    }

    private static void accumulate(Activations x, int column, int count, int tokens, MatMulScratch s) {
        if (tokens == 1) {
            FloatRow.multiply(s.weights(), 0, x.rows().data(), (long) column * Float.BYTES, count, s.results());
            return;
        }
        MemorySegment tiles = x.floats().tiles();
        for (int tile = 0; tile < Math.ceilDiv(tokens, FloatTile.TOKENS); tile++) {
            long xAt = ((long) tile * x.columns() + column) * FloatTile.TOKENS * Float.BYTES;
            FloatTile.panel(s.weights(), 0, tiles, xAt, count, s, tile * TILE_BYTES);
        }
    }
}
