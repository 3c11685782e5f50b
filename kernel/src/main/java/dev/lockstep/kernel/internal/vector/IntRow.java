package dev.lockstep.kernel.internal.vector;

import static dev.lockstep.kernel.internal.vector.Species.INTS;
import static dev.lockstep.kernel.internal.vector.Species.ORDER;
import static dev.lockstep.kernel.internal.vector.Species.SHORTS;
import static dev.lockstep.kernel.internal.vector.Species.VECTOR_BYTES;
import static dev.lockstep.quant.LittleEndian.INT;
import static jdk.incubator.vector.IntVector.broadcast;
import static jdk.incubator.vector.ShortVector.fromMemorySegment;

import dev.lockstep.kernel.MatMulScratch;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.ShortVector;

/**
 * One token times a stretch of unpacked integer weights: the same sums as {@link IntTile}. For slices and loops see
 * {@link Rolled}.
 */
final class IntRow {
    private static final int STRETCH = MatMulScratch.STRETCH;
    private static final long COLUMN_BYTES = IntTile.COLUMN_BYTES;

    private IntRow() {
    }

    /**
     * @param w int16, (count · period, PANEL_ROWS), and memory up to a whole stretch
     * @param x int32 pairs, (count · period) from byte {@code xAt}, and memory behind them likewise
     * @param sums int16, (count, PANEL_ROWS)
     */
    static void multiply(MemorySegment w, MemorySegment x, long xAt, int count, int period, MemorySegment sums) {
        MemorySegment ws = w.asSlice(0, STRETCH * COLUMN_BYTES);
        MemorySegment xs = x.asSlice(xAt, (long) STRETCH * Integer.BYTES);
        MemorySegment out = sums.asSlice(0, IntTile.SUMS * COLUMN_BYTES);
        int step = Rolled.step;
        for (int i = 0; i < count; i += step) {
            ShortVector a = ShortVector.zero(SHORTS);
            ShortVector b = a;
            for (int k = i * period; k < (i + 1) * period; k += step) {
                int column = k & STRETCH - 1;
                ShortVector t = broadcast(INTS, xs.get(INT, column * 4L)).reinterpretAsShorts();
                a = a.add(fromMemorySegment(SHORTS, ws, column * COLUMN_BYTES, ORDER).mul(t));
                b = b.add(fromMemorySegment(SHORTS, ws, column * COLUMN_BYTES + VECTOR_BYTES, ORDER).mul(t));
            }
            long to = (i & IntTile.SUMS - 1) * COLUMN_BYTES;
            a.intoMemorySegment(out, to, ORDER);
            b.intoMemorySegment(out, to + VECTOR_BYTES, ORDER);
        }
    }
}
