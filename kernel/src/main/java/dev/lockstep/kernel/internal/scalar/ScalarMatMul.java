package dev.lockstep.kernel.internal.scalar;

import dev.lockstep.kernel.Activations;
import dev.lockstep.kernel.FloatRows;
import dev.lockstep.kernel.Kernels;
import dev.lockstep.kernel.MatMulScratch;
import dev.lockstep.quant.AffineBlocks;
import dev.lockstep.quant.DType;
import dev.lockstep.quant.LittleEndian;
import dev.lockstep.quant.PanelMatrix;
import java.lang.foreign.MemorySegment;

/**
 * The matrix product, one row of weights and one token at a time, from the bytes of the file. Its float operations are those of
 * the vector kernels, in their order, so that results are equal to the last bit.
 */
final class ScalarMatMul {
    private static final int HALF_BLOCK = 16;

    private ScalarMatMul() {
    }

    static void row(PanelMatrix weights, long row, Activations x, FloatRows y, int tokens, MatMulScratch scratch) {
        weights.layout().unpackRow(row, weights.panels(), scratch.encodedRow(), scratch.weights());
        boolean integer = Kernels.isInteger(weights.type());
        if (!integer) {
            weights.type().codec().orElseThrow()
                    .decode(scratch.encodedRow(), 0, scratch.row(), 0, weights.layout().rowBlocks());
        }
        for (int token = 0; token < tokens; token++) {
            float sum = integer
                    ? dot(weights, scratch.encodedRow(), x, token)
                    : dot(scratch.row(), x.rows(), token, weights.columns());
            y.data().set(LittleEndian.FLOAT, y.offset(token) + row * Float.BYTES, sum);
        }
    }

    private static float dot(MemorySegment w, FloatRows x, int token, long columns) {
        float sum = 0;
        for (long k = 0; k < columns; k++) {
            float a = x.data().get(LittleEndian.FLOAT, x.offset(token) + k * Float.BYTES);
            sum = Math.fma(w.get(LittleEndian.FLOAT, k * Float.BYTES), a, sum);
        }
        return sum;
    }

    /** Σ over groups of (Σ q · a) · scale, and apart from it Σ over half blocks of offset · Σ a. */
    private static float dot(PanelMatrix weights, MemorySegment encoded, Activations x, int token) {
        AffineBlocks blocks = weights.type().affineBlocks().orElseThrow();
        int zeroPoint = zeroPoint(weights.type());
        int groupColumns = blocks.subBlockElements();
        int columns = x.columns();
        float scaled = 0;
        float offset = 0;
        for (int column = 0; column < columns; column += groupColumns) {
            long block = (long) column / weights.type().blockElements() * weights.type().blockBytes();
            int first = column % weights.type().blockElements();
            int group = first / groupColumns;
            int sum = 0;
            for (int i = 0; i < groupColumns; i++) {
                sum += (blocks.quant(encoded, block, first + i) - zeroPoint) * quant(x, token, column + i);
            }
            float scale = blocks.scale(encoded, block, group);
            scaled = Math.fma((float) sum, scale * xScale(x, token, column), scaled);
            if (blocks.hasOffsets()) {
                float shifted = scale * zeroPoint + blocks.offset(encoded, block, group);
                for (int half = column / HALF_BLOCK; half < (column + groupColumns) / HALF_BLOCK; half++) {
                    offset = Math.fma(shifted, xSum(x, token, half), offset);
                }
            }
        }
        return blocks.hasOffsets() ? offset + scaled : scaled;
    }

    /** What the vector kernels subtract from unsigned quants to make them small; the others are signed as they come. */
    private static int zeroPoint(DType type) {
        return switch (type) {
            case Q4_1, Q4_K -> 8;
            case Q5_1, Q5_K -> 16;
            default -> 0;
        };
    }

    private static int quant(Activations x, int token, int column) {
        return (short) x.ints().values().get(LittleEndian.INT, ((long) token * x.columns() + column) * Integer.BYTES);
    }

    private static float xScale(Activations x, int token, int column) {
        return x.ints().scales().get(LittleEndian.FLOAT, ((long) token * x.columns() + column) / Activations.BLOCK * Float.BYTES);
    }

    private static float xSum(Activations x, int token, int half) {
        return x.ints().sums().get(LittleEndian.FLOAT, ((long) token * (x.columns() / HALF_BLOCK) + half) * Float.BYTES);
    }
}
