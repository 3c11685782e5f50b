package dev.lockstep.kernel.internal.vector;

import static dev.lockstep.kernel.internal.vector.Species.FLOATS;
import static dev.lockstep.kernel.internal.vector.Species.FLOAT_BYTES;
import static dev.lockstep.kernel.internal.vector.Species.LANES;
import static dev.lockstep.kernel.internal.vector.Species.ORDER;
import static dev.lockstep.kernel.internal.vector.Species.PANEL_ROWS;

import dev.lockstep.quant.LittleEndian;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * One panel times one activation row, one method per type. Lanes are rows, so nothing is ever summed across a vector: each
 * lane adds its own row's products in column order, exactly as the scalar twin does.
 *
 * <p>Accumulators are locals: a vector that escapes to a field or a call that C2 does not inline would be boxed. For the same
 * reason methods are short: C2 stops inlining where too many vector operations meet.
 *
 * <p>Parameters of all methods: {@code w} and {@code at}, the panel's memory and byte offset; {@code scales}, one float per
 * block and row, shape (blocks, PANEL_ROWS); {@code x} and {@code xAt}, the activations; {@code count}, columns or blocks of
 * 32 columns; {@code y} and {@code yAt}, {@code PANEL_ROWS} sums that the products are added to.
 */
final class PanelProduct {
    private static final int BLOCK = 32;

    /** Rows that the methods for quantized weights cover: with all four vectors at once C2 would stop inlining. */
    static final int QUANTIZED_ROWS = 2 * LANES;

    private static final long SCALE_BYTES = (long) PANEL_ROWS * Short.BYTES;
    /** Bytes from one block of a panel to the next. */
    static final long Q8_0_BLOCK_BYTES = SCALE_BYTES + (long) BLOCK * PANEL_ROWS;
    /** Bytes from one block of a panel to the next. */
    static final long Q4_0_BLOCK_BYTES = SCALE_BYTES + (long) BLOCK / 2 * PANEL_ROWS;

    private PanelProduct() {
    }

    static void f32(MemorySegment w, long at, MemorySegment x, long xAt, long count, MemorySegment y, long yAt) {
        FloatVector a0 = FloatVector.fromMemorySegment(FLOATS, y, yAt, ORDER);
        FloatVector a1 = FloatVector.fromMemorySegment(FLOATS, y, yAt + FLOAT_BYTES, ORDER);
        FloatVector a2 = FloatVector.fromMemorySegment(FLOATS, y, yAt + 2 * FLOAT_BYTES, ORDER);
        FloatVector a3 = FloatVector.fromMemorySegment(FLOATS, y, yAt + 3 * FLOAT_BYTES, ORDER);
        for (long column = 0; column < count; column++) {
            long o = at + column * PANEL_ROWS * Float.BYTES;
            FloatVector b = FloatVector.broadcast(FLOATS, x.get(LittleEndian.FLOAT, xAt + column * Float.BYTES));
            a0 = FloatVector.fromMemorySegment(FLOATS, w, o, ORDER).fma(b, a0);
            a1 = FloatVector.fromMemorySegment(FLOATS, w, o + FLOAT_BYTES, ORDER).fma(b, a1);
            a2 = FloatVector.fromMemorySegment(FLOATS, w, o + 2 * FLOAT_BYTES, ORDER).fma(b, a2);
            a3 = FloatVector.fromMemorySegment(FLOATS, w, o + 3 * FLOAT_BYTES, ORDER).fma(b, a3);
        }
        a0.intoMemorySegment(y, yAt, ORDER);
        a1.intoMemorySegment(y, yAt + FLOAT_BYTES, ORDER);
        a2.intoMemorySegment(y, yAt + 2 * FLOAT_BYTES, ORDER);
        a3.intoMemorySegment(y, yAt + 3 * FLOAT_BYTES, ORDER);
    }

    static void bf16(MemorySegment w, long at, MemorySegment x, long xAt, long count, MemorySegment y, long yAt) {
        FloatVector a0 = FloatVector.fromMemorySegment(FLOATS, y, yAt, ORDER);
        FloatVector a1 = FloatVector.fromMemorySegment(FLOATS, y, yAt + FLOAT_BYTES, ORDER);
        FloatVector a2 = FloatVector.fromMemorySegment(FLOATS, y, yAt + 2 * FLOAT_BYTES, ORDER);
        FloatVector a3 = FloatVector.fromMemorySegment(FLOATS, y, yAt + 3 * FLOAT_BYTES, ORDER);
        for (long column = 0; column < count; column++) {
            long o = at + column * PANEL_ROWS * Short.BYTES;
            FloatVector b = FloatVector.broadcast(FLOATS, x.get(LittleEndian.FLOAT, xAt + column * Float.BYTES));
            a0 = Convert.bfloats(w, o).fma(b, a0);
            a1 = Convert.bfloats(w, o + LANES * Short.BYTES).fma(b, a1);
            a2 = Convert.bfloats(w, o + 2 * LANES * Short.BYTES).fma(b, a2);
            a3 = Convert.bfloats(w, o + 3 * LANES * Short.BYTES).fma(b, a3);
        }
        a0.intoMemorySegment(y, yAt, ORDER);
        a1.intoMemorySegment(y, yAt + FLOAT_BYTES, ORDER);
        a2.intoMemorySegment(y, yAt + 2 * FLOAT_BYTES, ORDER);
        a3.intoMemorySegment(y, yAt + 3 * FLOAT_BYTES, ORDER);
    }

    /** Two vectors of rows from row {@code lane} on. */
    static void q8_0(MemorySegment w, long at, int lane, MemorySegment scales, MemorySegment x, long xAt, long count,
            MemorySegment y, long yAt) {
        long yo = yAt + (long) lane * Float.BYTES;
        FloatVector a0 = FloatVector.fromMemorySegment(FLOATS, y, yo, ORDER);
        FloatVector a1 = FloatVector.fromMemorySegment(FLOATS, y, yo + FLOAT_BYTES, ORDER);
        for (long block = 0; block < count; block++) {
            long o = at + block * Q8_0_BLOCK_BYTES + SCALE_BYTES + lane;
            long xo = xAt + block * BLOCK * Float.BYTES;
            FloatVector p0 = Species.zero();
            FloatVector p1 = p0;
            for (int i = 0; i < BLOCK; i++) {
                long q = o + (long) i * PANEL_ROWS;
                FloatVector b = FloatVector.broadcast(FLOATS, x.get(LittleEndian.FLOAT, xo + (long) i * Float.BYTES));
                p0 = Convert.signedBytes(w, q).fma(b, p0);
                p1 = Convert.signedBytes(w, q + LANES).fma(b, p1);
            }
            long so = (block * PANEL_ROWS + lane) * Float.BYTES;
            a0 = p0.fma(FloatVector.fromMemorySegment(FLOATS, scales, so, ORDER), a0);
            a1 = p1.fma(FloatVector.fromMemorySegment(FLOATS, scales, so + FLOAT_BYTES, ORDER), a1);
        }
        a0.intoMemorySegment(y, yo, ORDER);
        a1.intoMemorySegment(y, yo + FLOAT_BYTES, ORDER);
    }

    /** Two vectors of rows from row {@code lane} on. */
    static void q4_0(MemorySegment w, long at, int lane, MemorySegment scales, MemorySegment x, long xAt, long count,
            MemorySegment y, long yAt) {
        long yo = yAt + (long) lane * Float.BYTES;
        FloatVector a0 = FloatVector.fromMemorySegment(FLOATS, y, yo, ORDER);
        FloatVector a1 = FloatVector.fromMemorySegment(FLOATS, y, yo + FLOAT_BYTES, ORDER);
        for (long block = 0; block < count; block++) {
            long o = at + block * Q4_0_BLOCK_BYTES + SCALE_BYTES + lane;
            long xo = xAt + block * BLOCK * Float.BYTES;
            FloatVector p0 = Species.zero();
            FloatVector p1 = p0;
            for (int i = 0; i < BLOCK / 2; i++) {
                long q = o + (long) i * PANEL_ROWS;
                long xi = xo + (long) i * Float.BYTES;
                FloatVector low = FloatVector.broadcast(FLOATS, x.get(LittleEndian.FLOAT, xi));
                FloatVector high = FloatVector.broadcast(FLOATS, x.get(LittleEndian.FLOAT, xi + BLOCK / 2 * Float.BYTES));
                IntVector pairs = Convert.unsignedBytes(w, q);
                p0 = Convert.highNibbles(pairs).fma(high, Convert.lowNibbles(pairs).fma(low, p0));
                pairs = Convert.unsignedBytes(w, q + LANES);
                p1 = Convert.highNibbles(pairs).fma(high, Convert.lowNibbles(pairs).fma(low, p1));
            }
            long so = (block * PANEL_ROWS + lane) * Float.BYTES;
            a0 = p0.fma(FloatVector.fromMemorySegment(FLOATS, scales, so, ORDER), a0);
            a1 = p1.fma(FloatVector.fromMemorySegment(FLOATS, scales, so + FLOAT_BYTES, ORDER), a1);
        }
        a0.intoMemorySegment(y, yo, ORDER);
        a1.intoMemorySegment(y, yo + FLOAT_BYTES, ORDER);
    }

    /** Sets the sums of one panel to zero, where the products begin. */
    static void clear(MemorySegment y, long yAt) {
        for (int i = 0; i < Species.ACCUMULATORS; i++) {
            Species.zero().intoMemorySegment(y, yAt + (long) i * FLOAT_BYTES, ORDER);
        }
    }
}
