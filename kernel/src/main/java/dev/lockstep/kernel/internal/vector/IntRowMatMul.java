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
            if (format != IntFormat.Q4_K) {
                IntPanels.expandScales(weights, format, at, column, count, s);
            }
            for (int from = 0; from < count; from += STRETCH) {
                fold(weights, format, at, x, column + from, from, Math.min(STRETCH, count - from), s);
            }
        }
        if (format.hasOffset()) {
            offsets(format, x, s);
        }
        Fold.deliver(s.results(), 1, y, panel);
    }

    private static void sums(PanelMatrix weights, IntFormat format, long at, Activations x, int column, int count, MatMulScratch s) {
        long xAt = (long) column * Integer.BYTES;
        if (!format.isPlainNibbles()) {
            IntPanels.unpack(weights, format, at, column, count, s.weights());
            IntRow.multiply(s.weights(), x.ints().values(), xAt, count / format.period(), format.period(), s.sums());
            return;
        }
        for (int from = 0; from < count; from += STRETCH) {
            IntRow.multiplyNibbles(weights.panels(), IntPanels.nibbles(weights, at, column + from),
                    Math.min(STRETCH, count - from) / BLOCK, x.ints().values(), xAt + (long) from * Integer.BYTES,
                    x.ints().biases(), (long) (column + from) / BLOCK * Integer.BYTES, s.sums(), from / BLOCK * ROW_SHORTS);
        }
    }

    /** @param from first column, counted from the first that there are sums and scales of */
    private static void fold(PanelMatrix weights, IntFormat format, long at, Activations x, int column, int from, int count,
            MatMulScratch s) {
        long xScales = (long) column / BLOCK * Float.BYTES;
        if (format == IntFormat.Q4_K) {
            SixBitFold.fold(weights.panels(), IntPanels.packedScales(weights, at, column), column / STRETCH, format.zeroPoint(),
                    x.ints().scales(), xScales, s);
        } else {
            Fold.shorts(s.sums(), from / format.period() * ROW_SHORTS, ROW_SHORTS, count / format.period(), format.sumsPerScale(),
                    format.sumsPerBlock(), s.scales(), from / format.groupColumns() * ROW_FLOATS, x.ints().scales(), xScales, s.part());
        }
        Fold.add(s.part(), 1, s.results(), 0);
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
