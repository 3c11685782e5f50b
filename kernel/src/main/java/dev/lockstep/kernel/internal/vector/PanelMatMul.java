package dev.lockstep.kernel.internal.vector;

import static dev.lockstep.kernel.internal.vector.Species.PANEL_ROWS;

import dev.lockstep.kernel.FloatRows;
import dev.lockstep.quant.PanelLayout;
import dev.lockstep.quant.PanelMatrix;
import java.lang.foreign.MemorySegment;

/**
 * One panel times all tokens of a batch. The panel stays in the cache while the tokens pass over it, and whatever is stored in
 * half precision is expanded once for all of them: into scratch memory, because the expansion takes so many vector operations
 * that C2 stops inlining where it is mixed with a product (NodeCountInliningCutoff) and boxes every vector.
 */
final class PanelMatMul {
    /** Columns of an F16 panel that are expanded at a time: with the widest vectors 64 KiB of floats. */
    private static final int CHUNK_COLUMNS = 256;

    private PanelMatMul() {
    }

    static long scratchBytes(PanelLayout layout) {
        long floats = switch (layout.type()) {
            case F16 -> Math.min(CHUNK_COLUMNS, layout.columns()) * PANEL_ROWS;
            case Q8_0, Q4_0 -> layout.rowBlocks() * PANEL_ROWS;
            default -> 0;
        };
        return floats * Float.BYTES;
    }

    static void multiply(PanelMatrix weights, long panel, FloatRows x, FloatRows y, int tokens, MemorySegment scratch) {
        long yColumn = panel * PANEL_ROWS * Float.BYTES;
        for (int token = 0; token < tokens; token++) {
            PanelProduct.clear(y.data(), y.offset(token) + yColumn);
        }
        long at = panel * weights.layout().panelBytes();
        switch (weights.type()) {
            case F32 -> f32(weights.panels(), at, 0, weights.columns(), x, y, yColumn, tokens);
            case F16 -> f16(weights, at, x, y, yColumn, tokens, scratch);
            case BF16 -> bf16(weights, at, x, y, yColumn, tokens);
            case Q8_0 -> q8_0(weights, at, x, y, yColumn, tokens, scratch);
            case Q4_0 -> q4_0(weights, at, x, y, yColumn, tokens, scratch);
            default -> throw new IllegalArgumentException("type=" + weights.type() + " has no kernel");
        }
    }

    private static void f32(MemorySegment w, long at, long fromColumn, long count, FloatRows x, FloatRows y, long yColumn,
            int tokens) {
        for (int token = 0; token < tokens; token++) {
            PanelProduct.f32(w, at, x.data(), x.offset(token) + fromColumn * Float.BYTES, count,
                    y.data(), y.offset(token) + yColumn);
        }
    }

    private static void f16(PanelMatrix weights, long at, FloatRows x, FloatRows y, long yColumn, int tokens,
            MemorySegment scratch) {
        long stride = (long) PANEL_ROWS * Short.BYTES;
        for (long column = 0; column < weights.columns(); column += CHUNK_COLUMNS) {
            long count = Math.min(CHUNK_COLUMNS, weights.columns() - column);
            Halves.expand(weights.panels(), at + column * stride, stride, count, scratch);
            f32(scratch, 0, column, count, x, y, yColumn, tokens);
        }
    }

    private static void bf16(PanelMatrix weights, long at, FloatRows x, FloatRows y, long yColumn, int tokens) {
        for (int token = 0; token < tokens; token++) {
            PanelProduct.bf16(weights.panels(), at, x.data(), x.offset(token), weights.columns(),
                    y.data(), y.offset(token) + yColumn);
        }
    }

    private static void q8_0(PanelMatrix weights, long at, FloatRows x, FloatRows y, long yColumn, int tokens,
            MemorySegment scratch) {
        long blocks = weights.layout().rowBlocks();
        Halves.expand(weights.panels(), at, PanelProduct.Q8_0_BLOCK_BYTES, blocks, scratch);
        for (int token = 0; token < tokens; token++) {
            for (int lane = 0; lane < PANEL_ROWS; lane += PanelProduct.QUANTIZED_ROWS) {
                PanelProduct.q8_0(weights.panels(), at, lane, scratch, x.data(), x.offset(token), blocks,
                        y.data(), y.offset(token) + yColumn);
            }
        }
    }

    private static void q4_0(PanelMatrix weights, long at, FloatRows x, FloatRows y, long yColumn, int tokens,
            MemorySegment scratch) {
        long blocks = weights.layout().rowBlocks();
        Halves.expand(weights.panels(), at, PanelProduct.Q4_0_BLOCK_BYTES, blocks, scratch);
        for (int token = 0; token < tokens; token++) {
            for (int lane = 0; lane < PANEL_ROWS; lane += PanelProduct.QUANTIZED_ROWS) {
                PanelProduct.q4_0(weights.panels(), at, lane, scratch, x.data(), x.offset(token), blocks,
                        y.data(), y.offset(token) + yColumn);
            }
        }
    }
}
