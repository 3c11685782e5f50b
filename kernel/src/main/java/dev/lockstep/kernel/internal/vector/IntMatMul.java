package dev.lockstep.kernel.internal.vector;

import static dev.lockstep.kernel.internal.vector.Species.PANEL_ROWS;

import dev.lockstep.kernel.Activations;
import dev.lockstep.kernel.FloatRows;
import dev.lockstep.kernel.MatMulScratch;
import dev.lockstep.kernel.internal.FloatSums;
import dev.lockstep.kernel.internal.IntFormat;
import dev.lockstep.quant.PanelMatrix;
import java.lang.foreign.MemorySegment;

/**
 * Panels of small integer weights times many tokens: integer sums of a few columns, which are exact, then floats in one order.
 * A stretch of columns at a time is unpacked, once for all tokens. {@link IntRowMatMul} does the same for a token alone.
 *
 * <p>Offsets of weights are a product of their own, in floats: with the sums of the activations that they are added to.
 */
final class IntMatMul {
    private static final int BLOCK = Activations.BLOCK;
    private static final int STRETCH = MatMulScratch.STRETCH;
    private static final long ROW_FLOATS = (long) PANEL_ROWS * Float.BYTES;

    private IntMatMul() {
    }

    static void multiply(PanelMatrix weights, long fromPanel, long toPanel, Activations x, FloatRows y, int tokens,
            MatMulScratch s) {
        for (long panel = fromPanel; panel < toPanel; panel++) {
            panel(weights, panel, x, y, tokens, s);
        }
    }

    private static void panel(PanelMatrix weights, long panel, Activations x, FloatRows y, int tokens, MatMulScratch s) {
        IntFormat format = IntFormat.of(weights.type());
        long at = weights.byteOffset(panel);
        Fold.clear(s.results(), tokens);
        for (int column = 0; column < x.columns(); column += STRETCH) {
            int count = Math.min(STRETCH, x.columns() - column);
            IntPanels.expandScales(weights, format, at, column, count, s);
            IntPanels.unpack(weights, format, at, column, count, s.weights());
            tiles(format, x, column, count, tokens, s);
        }
        if (format.hasOffset()) {
            offsets(format, x, tokens, s);
        }
        Fold.deliver(s.results(), tokens, y, panel);
    }

    private static void tiles(IntFormat format, Activations x, int column, int count, int tokens, MatMulScratch s) {
        for (int first = 0; first < tokens; first += IntTile.TOKENS) {
            long xAt = ((long) first * x.columns() + (long) column * IntTile.TOKENS) * Integer.BYTES;
            IntTile.multiply(s.weights(), x.ints().tiles(), xAt, count / format.period(), format.period(), s.sums());
            for (int token = first; token < Math.min(first + IntTile.TOKENS, tokens); token++) {
                long xScales = ((long) token * x.columns() + column) / BLOCK * Float.BYTES;
                Fold.shorts(s.sums(), (token - first) * IntTile.SUMS_BYTES, count / format.period(),
                        format.scaleShift(), format.blockShift(), s.scales(), x.ints().scales(), xScales, s.part());
                Fold.add(s.part(), 1, s.results(), token * ROW_FLOATS);
            }
        }
    }

    private static void offsets(IntFormat format, Activations x, int tokens, MatMulScratch s) {
        int groups = x.columns() / format.groupColumns();
        MemorySegment tiles = x.ints().sums(format.groupColumns()).tiles();
        for (int group = 0; group < groups; group += FloatSums.CHUNK) {
            int count = Math.min(FloatSums.CHUNK, groups - group);
            for (int first = 0; first < tokens; first += FloatTile.TOKENS) {
                long xAt = ((long) first * groups + (long) group * FloatTile.TOKENS) * Float.BYTES;
                FloatTile.panel(s.offsets(), group * ROW_FLOATS, tiles, xAt, count, s, first * ROW_FLOATS);
            }
        }
    }
}
