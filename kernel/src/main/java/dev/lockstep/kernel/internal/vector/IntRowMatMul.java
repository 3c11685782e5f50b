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
 * One panel of small integer weights times one token: the operations of {@link IntMatMul} in the same order, but streaming. Weights
 * of 4 bits are multiplied where they are, and the scales of Q4_K are used as they are unpacked.
 */
final class IntRowMatMul {
    private static final int BLOCK = Activations.BLOCK;
    private static final int STRETCH = MatMulScratch.STRETCH;
    private static final long ROW_FLOATS = (long) PANEL_ROWS * Float.BYTES;
    private static final long ROW_SHORTS = (long) PANEL_ROWS * Short.BYTES;

    private IntRowMatMul() {
    }

    static void multiply(PanelMatrix weights, long panel, Activations x, FloatRows y, MatMulScratch s) {
        IntFormat format = IntFormat.of(weights.type());
        long at = panel * weights.layout().panelBytes();
        Fold.clear(s.results(), 1);
        IntPanels.expandFactors(weights, format, at, s);
        int stretch = format == IntFormat.Q4_0 ? MatMulScratch.ROW_STRETCH : STRETCH;
        for (int column = 0; column < x.columns(); column += stretch) {
            int count = Math.min(stretch, x.columns() - column);
            sums(weights, format, at, x, column, count, s);
            long xScales = (long) column / BLOCK * Float.BYTES;
            if (format == IntFormat.Q4_K) {
                SixBitFold.fold(weights.panels(), IntPanels.packedScales(weights, at, column), column / STRETCH,
                        format.zeroPoint(), x.ints().scales(), xScales, s);
            } else {
                IntPanels.expandScales(weights, format, at, column, count, s);
                Fold.shorts(s.sums(), 0, ROW_SHORTS, count / format.period(), format.sumsPerScale(), format.sumsPerBlock(),
                        s.scales(), 0, x.ints().scales(), xScales, s.results(), 0);
            }
        }
        if (format.hasOffset()) {
            offsets(format, x, s);
        }
        Fold.deliver(s.results(), 1, y, panel);
    }

    private static void sums(PanelMatrix weights, IntFormat format, long at, Activations x, int column, int count, MatMulScratch s) {
        long xAt = (long) column * Integer.BYTES;
        if (format.isPlainNibbles()) {
            IntRow.multiplyNibbles(weights.panels(), IntPanels.nibbles(weights, at, column), count / BLOCK,
                    x.ints().values(), xAt, x.ints().biases(), (long) column / BLOCK * Integer.BYTES, s.sums());
        } else {
            IntPanels.unpack(weights, format, at, column, count, s.weights());
            IntRow.multiply(s.weights(), x.ints().values(), xAt, count / format.period(), format.period(), s.sums());
        }
    }

    private static void offsets(IntFormat format, Activations x, MatMulScratch s) {
        int groups = x.columns() / format.groupColumns();
        MemorySegment xSums = x.ints().sums(format.groupColumns()).rows();
        for (int group = 0; group < groups; group += FloatSums.CHUNK) {
            FloatRow.multiply(s.offsets(), group * ROW_FLOATS, xSums, (long) group * Float.BYTES,
                    Math.min(FloatSums.CHUNK, groups - group), s.results());
        }
    }
}
