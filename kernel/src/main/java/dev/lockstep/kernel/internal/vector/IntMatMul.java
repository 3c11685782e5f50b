package dev.lockstep.kernel.internal.vector;

import static dev.lockstep.kernel.internal.vector.Species.PANEL_ROWS;

import dev.lockstep.kernel.Activations;
import dev.lockstep.kernel.FloatRows;
import dev.lockstep.kernel.MatMulScratch;
import dev.lockstep.quant.PanelForm.Part;
import dev.lockstep.quant.PanelMatrix;
import java.lang.foreign.MemorySegment;

/**
 * One panel of integer weights times all tokens: integer sums of a few columns, which are exact, then floats in one order. A
 * stretch of columns at a time is unpacked in the first-level cache, once for all tokens.
 */
final class IntMatMul {
    private static final long ROW_FLOATS = Scales.ROW_FLOATS;
    private static final long ROW_SHORTS = (long) PANEL_ROWS * Short.BYTES;
    /** Columns unpacked at a time: at least one super-block's half with the widest vectors. */
    private static final int STRETCH = MatMulScratch.STRETCH_BYTES / (int) ROW_SHORTS;
    private static final int BLOCK = Activations.BLOCK;
    private static final int HALF_BLOCK = 16;

    private IntMatMul() {
    }

    static void multiply(PanelMatrix weights, long panel, Activations x, FloatRows y, int tokens, MatMulScratch s) {
        IntFormat format = IntFormat.of(weights.type());
        long at = panel * weights.layout().panelBytes();
        Fold.clear(s.results(), tokens);
        if (tokens == 1 && format.isPlainNibbles()) {
            nibbles(weights, format, at, x, s);
        } else {
            format.expandScales(weights, at, s);
            stretches(weights, format, at, x, tokens, s);
        }
        for (int token = 0; token < tokens; token++) {
            if (format.hasOffset) {
                int halves = x.columns() / HALF_BLOCK;
                Fold.offset(s.offsets(), x.ints().sums(), (long) token * halves * Float.BYTES, halves,
                        format.groupColumns / HALF_BLOCK, s.results(), token * ROW_FLOATS);
            }
            MemorySegment.copy(s.results(), token * ROW_FLOATS, y.data(), y.offset(token) + panel * ROW_FLOATS, ROW_FLOATS);
        }
    }

    /** One token: the quants stream through, then the scales, which lie behind each other and are few. */
    private static void nibbles(PanelMatrix weights, IntFormat format, long at, Activations x, MatMulScratch s) {
        int blocks = x.columns() / BLOCK;
        IntRow.multiplyNibbles(weights.panels(), IntFormat.plane(weights, at, Part.NIBBLE_PLANE, 0), blocks, PANEL_ROWS,
                x.ints().values(), 0, x.ints().biases(), 0, s.sums());
        format.expandScales(weights, at, s);
        Fold.shorts(s.sums(), 0, ROW_SHORTS, blocks, 1, s.scales(), 0, x.ints().scales(), 0, s.results(), 0);
    }

    private static void stretches(PanelMatrix weights, IntFormat format, long at, Activations x, int tokens, MatMulScratch s) {
        for (int column = 0; column < x.columns(); column += STRETCH) {
            int count = Math.min(STRETCH, x.columns() - column);
            format.unpack(weights, at, column, count / BLOCK, s.weights());
            if (tokens == 1) {
                IntRow.multiply(s.weights(), x.ints().values(), (long) column * Integer.BYTES, count / format.period,
                        format.period, IntTile.COLUMN_BYTES, s.sums());
                fold(format, x, 0, column, count, 0, ROW_SHORTS, s);
            } else {
                tiles(format, x, column, count, tokens, s);
            }
        }
    }

    private static void tiles(IntFormat format, Activations x, int column, int count, int tokens, MatMulScratch s) {
        for (int first = 0; first < tokens; first += IntTile.TOKENS) {
            long xAt = ((long) first * x.columns() + (long) column * IntTile.TOKENS) * Integer.BYTES;
            IntTile.multiply(s.weights(), x.ints().tiles(), xAt, count / format.period, format.period,
                    IntTile.COLUMN_BYTES, s.sums());
            for (int token = first; token < Math.min(first + IntTile.TOKENS, tokens); token++) {
                fold(format, x, token, column, count, (token - first) * ROW_SHORTS, IntTile.TOKENS * ROW_SHORTS, s);
            }
        }
    }

    private static void fold(IntFormat format, Activations x, int token, int column, int count, long sumsAt, long stride,
            MatMulScratch s) {
        long xScalesAt = ((long) token * x.columns() + column) / BLOCK * Float.BYTES;
        int groups = count / format.groupColumns;
        int groupsPerBlock = BLOCK / format.groupColumns;
        int sumsPerGroup = format.groupColumns / format.period;
        long scalesAt = column / format.groupColumns * ROW_FLOATS;
        if (sumsPerGroup == 1) {
            Fold.shorts(s.sums(), sumsAt, stride, groups, groupsPerBlock, s.scales(), scalesAt, x.ints().scales(), xScalesAt,
                    s.results(), token * ROW_FLOATS);
        } else {
            Fold.widen(s.sums(), sumsAt, stride, groups, sumsPerGroup, s.wideSums());
            Fold.ints(s.wideSums(), groups, groupsPerBlock, s.scales(), scalesAt, x.ints().scales(), xScalesAt, s.results(),
                    token * ROW_FLOATS);
        }
    }
}
