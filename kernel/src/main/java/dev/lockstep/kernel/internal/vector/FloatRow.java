package dev.lockstep.kernel.internal.vector;

import static dev.lockstep.kernel.internal.vector.Species.FLOATS;
import static dev.lockstep.kernel.internal.vector.Species.INTS;
import static dev.lockstep.kernel.internal.vector.Species.ORDER;
import static dev.lockstep.kernel.internal.vector.Species.PANEL_ROWS;
import static dev.lockstep.kernel.internal.vector.Species.VECTOR_BYTES;
import static dev.lockstep.quant.LittleEndian.INT;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static jdk.incubator.vector.IntVector.broadcast;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/** One token times one panel of float weights: the same sums in the same order as {@link FloatTile}. */
final class FloatRow {
    private static final long COLUMN_BYTES = (long) PANEL_ROWS * Float.BYTES;

    private FloatRow() {
    }

    /**
     * sums += x · w, where the products are added up by themselves first.
     *
     * @param w float32, (count, PANEL_ROWS) from byte {@code wAt}, and memory up to {@link FloatTile#COLUMNS} columns
     * @param x float32, (count) from byte {@code xAt}
     * @param sums float32, (PANEL_ROWS)
     */
    static void multiply(MemorySegment w, long wAt, MemorySegment x, long xAt, int count, MemorySegment sums) {
        FloatVector a = Species.zero();
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        MemorySegment ws = w.asSlice(wAt, FloatTile.COLUMNS * COLUMN_BYTES);
        int step = Rolled.step;
        for (int k = 0; k < count; k += step) {
            long at = (k & FloatTile.COLUMNS - 1) * COLUMN_BYTES;
            FloatVector t = broadcast(INTS, x.get(INT, xAt + (long) k * Float.BYTES)).reinterpretAsFloats();
            a = fromMemorySegment(FLOATS, ws, at, ORDER).fma(t, a);
            b = fromMemorySegment(FLOATS, ws, at + VECTOR_BYTES, ORDER).fma(t, b);
            c = fromMemorySegment(FLOATS, ws, at + 2 * VECTOR_BYTES, ORDER).fma(t, c);
            d = fromMemorySegment(FLOATS, ws, at + 3 * VECTOR_BYTES, ORDER).fma(t, d);
        }
        MemorySegment out = sums.asSlice(0, COLUMN_BYTES);
        fromMemorySegment(FLOATS, out, 0, ORDER).add(a).intoMemorySegment(out, 0, ORDER);
        fromMemorySegment(FLOATS, out, VECTOR_BYTES, ORDER).add(b).intoMemorySegment(out, VECTOR_BYTES, ORDER);
        fromMemorySegment(FLOATS, out, 2 * VECTOR_BYTES, ORDER).add(c).intoMemorySegment(out, 2 * VECTOR_BYTES, ORDER);
        fromMemorySegment(FLOATS, out, 3 * VECTOR_BYTES, ORDER).add(d).intoMemorySegment(out, 3 * VECTOR_BYTES, ORDER);
    }
}
