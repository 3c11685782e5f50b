package dev.lockstep.kernel.internal.vector;

import static dev.lockstep.kernel.internal.vector.Species.PANEL_ROWS;

import dev.lockstep.kernel.Activations;
import dev.lockstep.kernel.FloatRows;
import dev.lockstep.kernel.MatMulScratch;
import dev.lockstep.kernel.internal.FloatSums;
import dev.lockstep.kernel.internal.IntFormat;
import dev.lockstep.kernel.internal.scalar.ScalarMatMul;
import dev.lockstep.quant.PanelForm.Part;
import dev.lockstep.quant.PanelMatrix;
import java.lang.foreign.MemorySegment;

/**
 * One panel of small integer weights times one token: the operations of {@link IntMatMul} in the same order, but streaming. Weights
 * that are 4 bits and nothing else are multiplied where they are.
 */
final class IntRowMatMul {
    private static final int BLOCK = Activations.BLOCK;
    private static final int STRETCH = MatMulScratch.STRETCH;
    private static final long ROW_FLOATS = (long) PANEL_ROWS * Float.BYTES;

    private IntRowMatMul() {
    }

    static void multiply(PanelMatrix weights, long panel, Activations x, FloatRows y, MatMulScratch s) {
        IntFormat format = IntFormat.of(weights.type());
        long at = panel * weights.layout().panelBytes();
        Fold.clear(s.results(), 1);
        RowPart.begin(s.part());
        for (int column = 0; column < x.columns(); column += STRETCH) {
            int count = Math.min(STRETCH, x.columns() - column);
            stretch(weights, format, at, x, column, count, s);
        }
        if (RowPart.sawInfinity(s.part())) {
            ScalarMatMul.panel(weights, panel, x, y, 1, s);
            return;
        }
        if (format.hasOffset()) {
            offsets(format, x, s);
        }
        Fold.deliver(s.results(), 1, y, panel);
    }

    private static void stretch(PanelMatrix weights, IntFormat format, long at, Activations x, int column, int count,
            MatMulScratch s) {
        int blocks = count / BLOCK;
        switch (format) {
            case Q4_0, Q4_1 -> {
                NibbleRow.multiply(weights.panels(), IntPanels.part(weights, at, Part.SCALE, column),
                        (int) weights.layout().panelBlockBytes(), (int) weights.layout().partOffset(Part.NIBBLE_PLANE), blocks, x.ints(),
                        column, s.part());
                RowPart.add(s.part(), s.results(), 0);
                if (format.hasOffset()) {
                    IntPanels.expandScales(weights, format, at, column, count, s);
                }
            }
            case Q4_K -> {
                IntPanels.expandScales(weights, format, at, column, count, s);
                NibbleRow.multiply(weights.panels(), IntPanels.part(weights, at, Part.NIBBLE_PLANE, column), blocks, s.scales(),
                        x.ints(), column, s.part());
                Fold.add(s.part(), 1, s.results(), 0);
            }
            default -> {
                IntPanels.expandScales(weights, format, at, column, count, s);
                IntPanels.unpack(weights, format, at, column, count, s.weights());
                IntRow.multiply(s.weights(), x.ints().values(), (long) column * Integer.BYTES, count / format.period(), format.period(),
                        s.sums());
                Fold.shorts(s.sums(), 0, count / format.period(), format.scaleShift(), format.blockShift(), s.scales(), 0,
                        x.ints().scales(), (long) column / BLOCK * Float.BYTES, s.part());
                Fold.add(s.part(), 1, s.results(), 0);
            }
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
