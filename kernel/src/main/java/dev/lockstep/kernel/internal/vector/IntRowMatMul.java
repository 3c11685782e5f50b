package dev.lockstep.kernel.internal.vector;

import static dev.lockstep.kernel.internal.vector.Species.PANEL_ROWS;

import dev.lockstep.kernel.Activations;
import dev.lockstep.kernel.FloatRows;
import dev.lockstep.kernel.MatMulScratch;
import dev.lockstep.kernel.internal.FloatSums;
import dev.lockstep.kernel.internal.IntFormat;
import dev.lockstep.kernel.internal.scalar.ScalarMatMul;
import dev.lockstep.quant.PanelMatrix;
import java.lang.foreign.MemorySegment;

/**
 * Panels of small integer weights times one token: the operations of {@link IntMatMul} in the same order, but streaming. Q4_0
 * and Q4_K are multiplied where they are and go straight to their places among the results, because whatever holds up the stream of
 * weights makes it start anew; other types are unpacked first.
 */
final class IntRowMatMul {
    private static final int BLOCK = Activations.BLOCK;
    private static final int STRETCH = MatMulScratch.STRETCH;
    private static final long ROW_FLOATS = (long) PANEL_ROWS * Float.BYTES;
    /** Columns whose offsets are added up together where there is one for each block. */
    private static final int OFFSETS_COLUMNS = FloatSums.CHUNK * BLOCK;

    private IntRowMatMul() {
    }

    static void multiply(PanelMatrix weights, long fromPanel, long toPanel, Activations x, FloatRows y, MatMulScratch s) {
        IntFormat format = IntFormat.of(weights.type());
        for (long panel = fromPanel; panel < toPanel; panel++) {
            long at = weights.byteOffset(panel);
            long yAt = y.offset(0) + panel * ROW_FLOATS;
            RowPart.begin(s.part());
            switch (format) {
                case Q4_0 -> nibbles(weights, at, x, s.part(), y.data(), yAt);
                case Q4_K -> sixBits(weights.panels(), at, x, s, y.data(), yAt);
                default -> {
                    unpacked(weights, format, at, x, s);
                    Fold.deliver(s.results(), 1, y, panel);
                }
            }
            if (RowPart.sawInfinity(s.part())) {
                ScalarMatMul.panel(weights, panel, x, y, 1, s);
            }
        }
    }

    private static void nibbles(PanelMatrix weights, long at, Activations x, MemorySegment part, MemorySegment y, long yAt) {
        for (int column = 0; column < x.columns(); column += STRETCH) {
            NibbleRow.multiply(weights.panels(), at + column / BLOCK * NibbleRow.BLOCK_BYTES,
                    Math.min(STRETCH, x.columns() - column) / BLOCK, x.ints(), column, part);
            RowPart.add(part, column == 0, y, yAt);
        }
    }

    private static void sixBits(MemorySegment w, long at, Activations x, MatMulScratch s, MemorySegment y, long yAt) {
        Fold.clear(s.offsets(), Math.ceilDiv(x.columns(), OFFSETS_COLUMNS));
        for (int column = 0; column < x.columns(); column += STRETCH) {
            long block = at + column / STRETCH * SixBitRow.BLOCK_BYTES;
            SixBitRow.factors(w, block, s.factors(), s.offsetFactors(), s.part());
            SixBitRow.multiply(w, block, s.factors(), x.ints(), column, s.part());
            SixBitRow.addOffsets(w, block, s.factors(), s.offsetFactors(), x.ints(), column, s.offsets(),
                    column / OFFSETS_COLUMNS * ROW_FLOATS);
            RowPart.add(s.part(), column == 0, y, yAt);
        }
        // chunk by chunk, as if offsets were a product of their own
        for (int column = 0; column < x.columns(); column += OFFSETS_COLUMNS) {
            Fold.add(s.offsets(), column / OFFSETS_COLUMNS * ROW_FLOATS, 1, y, yAt);
        }
    }

    private static void unpacked(PanelMatrix weights, IntFormat format, long at, Activations x, MatMulScratch s) {
        Fold.clear(s.results(), 1);
        for (int column = 0; column < x.columns(); column += STRETCH) {
            int count = Math.min(STRETCH, x.columns() - column);
            IntPanels.expandScales(weights, format, at, column, count, s);
            IntPanels.unpack(weights, format, at, column, count, s.weights());
            IntRow.multiply(s.weights(), x.ints().values(), (long) column * Integer.BYTES, count / format.period(), format.period(),
                    s.sums());
            Fold.shorts(s.sums(), 0, count / format.period(), format.scaleShift(), format.blockShift(), s.scales(),
                    x.ints().scales(), (long) column / BLOCK * Float.BYTES, s.part());
            Fold.add(s.part(), 1, s.results(), 0);
        }
        if (format.hasOffset()) {
            offsets(format, x, s);
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
