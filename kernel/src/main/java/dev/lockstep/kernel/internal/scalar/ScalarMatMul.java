package dev.lockstep.kernel.internal.scalar;

import dev.lockstep.kernel.Activations;
import dev.lockstep.kernel.FloatRows;
import dev.lockstep.kernel.Kernels;
import dev.lockstep.kernel.MatMulScratch;
import dev.lockstep.kernel.internal.FloatSums;
import dev.lockstep.kernel.internal.IntFormat;
import dev.lockstep.quant.AffineBlocks;
import dev.lockstep.quant.DType;
import dev.lockstep.quant.LittleEndian;
import dev.lockstep.quant.PanelMatrix;
import java.lang.foreign.MemorySegment;

/**
 * The matrix product, one row of weights and one token at a time, from the bytes of the file. Its float operations are those of
 * the vector kernels, in their order, so that results are equal to the last bit.
 */
public final class ScalarMatMul {
    private ScalarMatMul() {
    }

    /** The rows of one panel; see {@link dev.lockstep.kernel.Kernels#matMul}. */
    public static void panel(PanelMatrix weights, long panel, Activations x, FloatRows y, int tokens, MatMulScratch scratch) {
        long first = panel * weights.layout().panelRows();
        for (long row = first; row < first + weights.layout().rowsIn(panel); row++) {
            row(weights, row, x, y, tokens, scratch);
        }
    }

    private static void row(PanelMatrix weights, long row, Activations x, FloatRows y, int tokens, MatMulScratch scratch) {
        weights.unpackRow(row, scratch.encodedRow(), scratch.weights());
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
        float result = 0;
        for (long from = 0; from < columns; from += FloatSums.CHUNK) {
            float sum = 0;
            for (long k = from; k < Math.min(from + FloatSums.CHUNK, columns); k++) {
                float a = x.data().get(LittleEndian.FLOAT, x.offset(token) + k * Float.BYTES);
                sum = Math.fma(w.get(LittleEndian.FLOAT, k * Float.BYTES), a, sum);
            }
            result += sum;
        }
        return result;
    }

    private static float dot(PanelMatrix weights, MemorySegment encoded, Activations x, int token) {
        if (weights.type() == DType.Q8_0) {
            return scaled(weights, encoded, x, token, Activations.BLOCK, 0);
        }
        IntFormat format = IntFormat.of(weights.type());
        float scaled = scaled(weights, encoded, x, token, format.period(), format.hasOffset() ? format.zeroPoint() : 0);
        return format.hasOffset() ? addOffsets(weights, encoded, x, token, format, scaled) : scaled;
    }

    /** Σ of (Σ q · a) · scale, in stretches; the inner sums are of {@code period} columns and exact. */
    private static float scaled(PanelMatrix weights, MemorySegment encoded, Activations x, int token, int period, int zeroPoint) {
        AffineBlocks blocks = affine(weights);
        float result = 0;
        for (int from = 0; from < x.columns(); from += MatMulScratch.STRETCH) {
            float part = 0;
            for (int column = from; column < Math.min(from + MatMulScratch.STRETCH, x.columns()); column += period) {
                int sum = sum(weights, encoded, x, token, column, period, zeroPoint);
                float scale = blocks.scale(encoded, block(weights, column), group(weights, column));
                part = Math.fma((float) sum, scale * xScale(x, token, column), part);
            }
            result += part;
        }
        return result;
    }

    /** Adds Σ over groups of columns of offset · Σ a, in chunks; the offset gives back what the zero point took away. */
    private static float addOffsets(PanelMatrix weights, MemorySegment encoded, Activations x, int token, IntFormat format,
            float scaled) {
        AffineBlocks blocks = affine(weights);
        int chunkColumns = FloatSums.CHUNK * format.groupColumns();
        float result = scaled;
        for (int from = 0; from < x.columns(); from += chunkColumns) {
            float sum = 0;
            for (int column = from; column < Math.min(from + chunkColumns, x.columns()); column += format.groupColumns()) {
                long block = block(weights, column);
                int group = group(weights, column);
                float offset = Math.fma(blocks.scale(encoded, block, group), (float) format.zeroPoint(),
                        blocks.offset(encoded, block, group));
                sum = Math.fma(offset, xSum(x, token, column, format.groupColumns()), sum);
            }
            result += sum;
        }
        return result;
    }

    private static AffineBlocks affine(PanelMatrix weights) {
        return weights.type().affineBlocks().orElseThrow();
    }

    /** Where the block of a column begins, in bytes. */
    private static long block(PanelMatrix weights, int column) {
        return (long) column / weights.type().blockElements() * weights.type().blockBytes();
    }

    private static int group(PanelMatrix weights, int column) {
        return column % weights.type().blockElements() / affine(weights).subBlockElements();
    }

    private static int sum(PanelMatrix weights, MemorySegment encoded, Activations x, int token, int column, int count,
            int zeroPoint) {
        AffineBlocks blocks = affine(weights);
        int sum = 0;
        for (int i = column; i < column + count; i++) {
            int q = blocks.quant(encoded, block(weights, column), i % weights.type().blockElements());
            sum += (q - zeroPoint) * quant(x, token, i);
        }
        return sum;
    }

    private static int quant(Activations x, int token, int column) {
        return (short) x.ints().values().get(LittleEndian.INT, ((long) token * x.columns() + column) * Integer.BYTES);
    }

    private static float xScale(Activations x, int token, int column) {
        return x.ints().scales().get(LittleEndian.FLOAT, ((long) token * x.columns() + column) / Activations.BLOCK * Float.BYTES);
    }

    private static float xSum(Activations x, int token, int column, int count) {
        return x.ints().sums(count).rows().get(LittleEndian.FLOAT, ((long) token * x.columns() + column) / count * Float.BYTES);
    }
}
