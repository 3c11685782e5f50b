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
 * <p>Four accumulators per method, all in locals: a vector that escapes to a field or a call that C2 does not inline would
 * be boxed.
 *
 * <p>Parameters of all methods: {@code w} and {@code at}, the panel's memory and byte offset; {@code x} and {@code xAt}, the
 * activations; {@code count}, columns or blocks of 32 columns; {@code y} and {@code yAt}, where {@code PANEL_ROWS} sums go.
 */
final class PanelProduct {
    private static final int BLOCK = 32;

    private static final long SCALE_BYTES = (long) PANEL_ROWS * Short.BYTES;
    private static final long Q8_0_BLOCK_BYTES = SCALE_BYTES + (long) BLOCK * PANEL_ROWS;
    private static final long Q4_0_BLOCK_BYTES = SCALE_BYTES + (long) BLOCK / 2 * PANEL_ROWS;

    private PanelProduct() {
    }

    static void f32(MemorySegment w, long at, MemorySegment x, long xAt, long count, MemorySegment y, long yAt) {
        FloatVector a0 = Species.zero();
        FloatVector a1 = a0;
        FloatVector a2 = a0;
        FloatVector a3 = a0;
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

    static void f16(MemorySegment w, long at, MemorySegment x, long xAt, long count, MemorySegment y, long yAt) {
        FloatVector a0 = Species.zero();
        FloatVector a1 = a0;
        FloatVector a2 = a0;
        FloatVector a3 = a0;
        for (long column = 0; column < count; column++) {
            long o = at + column * PANEL_ROWS * Short.BYTES;
            FloatVector b = FloatVector.broadcast(FLOATS, x.get(LittleEndian.FLOAT, xAt + column * Float.BYTES));
            a0 = Convert.halves(w, o).fma(b, a0);
            a1 = Convert.halves(w, o + LANES * Short.BYTES).fma(b, a1);
            a2 = Convert.halves(w, o + 2 * LANES * Short.BYTES).fma(b, a2);
            a3 = Convert.halves(w, o + 3 * LANES * Short.BYTES).fma(b, a3);
        }
        a0.intoMemorySegment(y, yAt, ORDER);
        a1.intoMemorySegment(y, yAt + FLOAT_BYTES, ORDER);
        a2.intoMemorySegment(y, yAt + 2 * FLOAT_BYTES, ORDER);
        a3.intoMemorySegment(y, yAt + 3 * FLOAT_BYTES, ORDER);
    }

    static void bf16(MemorySegment w, long at, MemorySegment x, long xAt, long count, MemorySegment y, long yAt) {
        FloatVector a0 = Species.zero();
        FloatVector a1 = a0;
        FloatVector a2 = a0;
        FloatVector a3 = a0;
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

    static void q8_0(MemorySegment w, long at, MemorySegment x, long xAt, long count, MemorySegment y, long yAt) {
        FloatVector a0 = Species.zero();
        FloatVector a1 = a0;
        FloatVector a2 = a0;
        FloatVector a3 = a0;
        for (long block = 0; block < count; block++) {
            long o = at + block * Q8_0_BLOCK_BYTES;
            long xo = xAt + block * BLOCK * Float.BYTES;
            FloatVector p0 = Species.zero();
            FloatVector p1 = p0;
            FloatVector p2 = p0;
            FloatVector p3 = p0;
            for (int i = 0; i < BLOCK; i++) {
                long q = o + SCALE_BYTES + (long) i * PANEL_ROWS;
                FloatVector b = FloatVector.broadcast(FLOATS, x.get(LittleEndian.FLOAT, xo + (long) i * Float.BYTES));
                p0 = Convert.signedBytes(w, q).fma(b, p0);
                p1 = Convert.signedBytes(w, q + LANES).fma(b, p1);
                p2 = Convert.signedBytes(w, q + 2 * LANES).fma(b, p2);
                p3 = Convert.signedBytes(w, q + 3 * LANES).fma(b, p3);
            }
            a0 = p0.fma(Convert.halves(w, o), a0);
            a1 = p1.fma(Convert.halves(w, o + LANES * Short.BYTES), a1);
            a2 = p2.fma(Convert.halves(w, o + 2 * LANES * Short.BYTES), a2);
            a3 = p3.fma(Convert.halves(w, o + 3 * LANES * Short.BYTES), a3);
        }
        a0.intoMemorySegment(y, yAt, ORDER);
        a1.intoMemorySegment(y, yAt + FLOAT_BYTES, ORDER);
        a2.intoMemorySegment(y, yAt + 2 * FLOAT_BYTES, ORDER);
        a3.intoMemorySegment(y, yAt + 3 * FLOAT_BYTES, ORDER);
    }

    static void q4_0(MemorySegment w, long at, MemorySegment x, long xAt, long count, MemorySegment y, long yAt) {
        FloatVector a0 = Species.zero();
        FloatVector a1 = a0;
        FloatVector a2 = a0;
        FloatVector a3 = a0;
        for (long block = 0; block < count; block++) {
            long o = at + block * Q4_0_BLOCK_BYTES;
            long xo = xAt + block * BLOCK * Float.BYTES;
            FloatVector p0 = Species.zero();
            FloatVector p1 = p0;
            FloatVector p2 = p0;
            FloatVector p3 = p0;
            for (int i = 0; i < BLOCK / 2; i++) {
                long q = o + SCALE_BYTES + (long) i * PANEL_ROWS;
                long xi = xo + (long) i * Float.BYTES;
                FloatVector low = FloatVector.broadcast(FLOATS, x.get(LittleEndian.FLOAT, xi));
                FloatVector high = FloatVector.broadcast(FLOATS, x.get(LittleEndian.FLOAT, xi + BLOCK / 2 * Float.BYTES));
                IntVector pairs = Convert.unsignedBytes(w, q);
                p0 = Convert.highNibbles(pairs).fma(high, Convert.lowNibbles(pairs).fma(low, p0));
                pairs = Convert.unsignedBytes(w, q + LANES);
                p1 = Convert.highNibbles(pairs).fma(high, Convert.lowNibbles(pairs).fma(low, p1));
                pairs = Convert.unsignedBytes(w, q + 2 * LANES);
                p2 = Convert.highNibbles(pairs).fma(high, Convert.lowNibbles(pairs).fma(low, p2));
                pairs = Convert.unsignedBytes(w, q + 3 * LANES);
                p3 = Convert.highNibbles(pairs).fma(high, Convert.lowNibbles(pairs).fma(low, p3));
            }
            a0 = p0.fma(Convert.halves(w, o), a0);
            a1 = p1.fma(Convert.halves(w, o + LANES * Short.BYTES), a1);
            a2 = p2.fma(Convert.halves(w, o + 2 * LANES * Short.BYTES), a2);
            a3 = p3.fma(Convert.halves(w, o + 3 * LANES * Short.BYTES), a3);
        }
        a0.intoMemorySegment(y, yAt, ORDER);
        a1.intoMemorySegment(y, yAt + FLOAT_BYTES, ORDER);
        a2.intoMemorySegment(y, yAt + 2 * FLOAT_BYTES, ORDER);
        a3.intoMemorySegment(y, yAt + 3 * FLOAT_BYTES, ORDER);
    }
}
