package dev.lockstep.kernel.internal.vector;

import static dev.lockstep.kernel.internal.vector.AttentionScratch.COLUMNS;
import static dev.lockstep.kernel.internal.vector.AttentionScratch.ROWS;
import static dev.lockstep.kernel.internal.vector.AttentionScratch.ROW_BYTES;
import static dev.lockstep.kernel.internal.vector.Species.FLOATS;
import static dev.lockstep.kernel.internal.vector.Species.VECTOR_BYTES;
import static dev.lockstep.kernel.internal.vector.Species.LANES;
import static dev.lockstep.kernel.internal.vector.Species.ORDER;

import dev.lockstep.kernel.KvLayout;
import dev.lockstep.quant.LittleEndian;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/** Four queries on their way through attention: how they begin, and how they end. */
final class AttentionTile {
    private AttentionTile() {
    }

    /** Nothing was seen yet. What an earlier call left in the scratch memory is overwritten. */
    static void clear(KvLayout layout, MemorySegment s, long tile) {
        for (int row = 0; row < ROWS; row++) {
            // not −∞: the difference to a score must be a number
            s.set(LittleEndian.FLOAT, AttentionScratch.max(tile, row), -Float.MAX_VALUE);
        }
        long end = AttentionScratch.output(layout, tile, 0) + AttentionScratch.chunks(layout.valueDim()) * AttentionScratch.TILE_BYTES;
        zero(s, AttentionScratch.sums(tile, 0), end);
    }

    /** Writes zeros from {@code at} to {@code end}. */
    static void zero(MemorySegment s, long at, long end) {
        for (long to = at; to < end; to += VECTOR_BYTES) {
            Species.zero().intoMemorySegment(s, to, ORDER);
        }
    }

    /** Copies a query into row {@code row}, times {@code factor}. */
    static void setQuery(MemorySegment s, long tile, int row, MemorySegment q, long offset, int keyDim, float factor) {
        for (int dim = 0; dim < keyDim; dim++) {
            float value = q.get(LittleEndian.FLOAT, offset + (long) dim * Float.BYTES);
            s.set(LittleEndian.FLOAT, AttentionScratch.query(tile, dim) + row * ROW_BYTES, value * factor);
        }
    }

    /** Multiplies the sums and outputs of a row, whose weights so far were relative to a smaller maximum. */
    static void shrink(KvLayout layout, MemorySegment s, long tile, int row, float factor) {
        OnlineSoftmax.multiply(s, AttentionScratch.sums(tile, row), AttentionScratch.SUMS, factor);
        for (int dim = 0; dim < layout.valueDim(); dim += COLUMNS) {
            OnlineSoftmax.multiply(s, AttentionScratch.output(layout, tile, dim) + row * ROW_BYTES, COLUMNS, factor);
        }
    }

    /** Divides a row's output by the sum of its weights. */
    static void finish(KvLayout layout, MemorySegment s, long tile, int row, MemorySegment out, long outOffset) {
        float factor = 1 / OnlineSoftmax.sum(s, AttentionScratch.sums(tile, row));
        int dim = 0;
        for (; dim <= layout.valueDim() - LANES; dim += LANES) {
            FloatVector sum = FloatVector.fromMemorySegment(FLOATS, s, at(layout, tile, row, dim), ORDER);
            // Adding 0 makes +0 of −0, whose sign would tell how many positions beyond its own a query was led past.
            sum.mul(factor).add(0f).intoMemorySegment(out, outOffset + (long) dim * Float.BYTES, ORDER);
        }
        for (; dim < layout.valueDim(); dim++) {
            float sum = s.get(LittleEndian.FLOAT, at(layout, tile, row, dim));
            out.set(LittleEndian.FLOAT, outOffset + (long) dim * Float.BYTES, sum * factor + 0f);
        }
    }

    private static long at(KvLayout layout, long tile, int row, int dim) {
        return AttentionScratch.output(layout, tile, dim) + row * ROW_BYTES;
    }
}
